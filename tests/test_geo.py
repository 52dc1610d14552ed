"""The globe: distances against known ones, chords against distances, cells against points."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from programs.geo import (
    EARTH_RADIUS_MILES,
    GRID_COLUMNS,
    GRID_ROWS,
    Coordinates,
    cells_within,
    grid_cell,
    haversine_miles,
    miles_of_squared_chord,
    squared_chord,
    unit_vector,
)

HALF_WAY_ROUND_MILES = math.pi * EARTH_RADIUS_MILES

points = st.builds(
    Coordinates,
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
)
#: Where a grid on the globe has its seams.
awkward_points = st.builds(
    Coordinates,
    latitude=st.sampled_from([-90, -89.9, -60.25, 0, 0.25, 33.5, 66.6, 89.5, 89.999, 90]),
    longitude=st.sampled_from([-180, -179.99, -120.25, -0.01, 0, 0.25, 179.9, 179.99, 180]),
)
miles = st.floats(0.01, 500)


def at(latitude: float, longitude: float) -> Coordinates:
    return Coordinates(latitude=latitude, longitude=longitude)


def moved(start: Coordinates, bearing: float, distance_miles: float) -> Coordinates:
    """Return the point reached by going straight on: the direct problem on a sphere."""
    angle, lat = distance_miles / EARTH_RADIUS_MILES, math.radians(start.latitude)
    sine = math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)
    end = math.asin(max(-1.0, min(1.0, sine)))
    turned = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(lat),
        math.cos(angle) - math.sin(lat) * math.sin(end),
    )
    longitude = (start.longitude + math.degrees(turned) + 540) % 360 - 180
    return at(math.degrees(end), longitude)


def squared_chord_between(a: Coordinates, b: Coordinates) -> float:
    pairs = zip(unit_vector(a), unit_vector(b), strict=True)
    return sum((one - other) ** 2 for one, other in pairs)


@pytest.mark.parametrize(
    ("a", "b", "distance_miles"),
    [
        # New York City Hall to Los Angeles City Hall, Chandler to Phoenix, Key West to Miami.
        (at(40.7128, -74.0060), at(34.0522, -118.2437), 2445.6),
        (at(33.3062, -111.8413), at(33.4484, -112.0740), 16.6),
        (at(24.5551, -81.7800), at(25.7617, -80.1918), 129.7),
        # Two of the Aleutians, on either side of the date line.
        (at(51.9, 179.5), at(51.9, -179.5), 42.6),
    ],
)
def test_known_distances_come_out(a, b, distance_miles):
    assert haversine_miles(a, b) == pytest.approx(distance_miles, abs=0.2)


def test_a_degree_of_latitude_is_69_miles():
    assert haversine_miles(at(33, -111), at(34, -111)) == pytest.approx(69.09, abs=0.01)


def test_a_foot_apart_is_a_foot_apart():
    one_foot_degrees = math.degrees(1 / 5280 / EARTH_RADIUS_MILES)
    apart = haversine_miles(at(33.3, -111.8), at(33.3 + one_foot_degrees, -111.8))
    assert apart == pytest.approx(1 / 5280, rel=1e-6)


def test_a_point_is_no_distance_from_itself():
    assert haversine_miles(at(33.3, -111.8), at(33.3, -111.8)) == 0


@given(points)
def test_the_antipode_is_half_way_round(point):
    opposite = at(
        -point.latitude, point.longitude - 180 if point.longitude > 0 else point.longitude + 180
    )
    assert haversine_miles(point, opposite) == pytest.approx(HALF_WAY_ROUND_MILES, rel=1e-6)


@given(points, points)
def test_distance_is_the_same_both_ways_and_never_more_than_half_way_round(a, b):
    assert haversine_miles(a, b) == haversine_miles(b, a)
    assert 0 <= haversine_miles(a, b) <= HALF_WAY_ROUND_MILES


@given(points, st.floats(0, 2 * math.pi), miles)
def test_going_some_miles_is_that_distance(start, bearing, distance_miles):
    end = moved(start, bearing, distance_miles)
    assert haversine_miles(start, end) == pytest.approx(distance_miles, rel=1e-5, abs=1e-5)


@given(points)
def test_a_unit_vector_has_length_one(point):
    assert math.hypot(*unit_vector(point)) == pytest.approx(1)


def test_unit_vectors_point_where_the_projection_says():
    assert unit_vector(at(0, 0)) == pytest.approx((1, 0, 0))
    assert unit_vector(at(0, 90)) == pytest.approx((0, 1, 0))
    assert unit_vector(at(90, 17)) == pytest.approx((0, 0, 1))


@given(points, points)
def test_the_chord_between_unit_vectors_is_that_of_the_distance(a, b):
    chord = squared_chord_between(a, b)
    assert chord == pytest.approx(squared_chord(haversine_miles(a, b)), rel=1e-6, abs=1e-12)


@given(st.floats(0, 12_000))
def test_miles_come_back_from_their_squared_chord(distance_miles):
    back = miles_of_squared_chord(squared_chord(distance_miles))
    assert back == pytest.approx(distance_miles, rel=1e-6, abs=1e-9)


def test_a_chord_slightly_out_of_range_is_still_a_distance():
    assert miles_of_squared_chord(4.0000001) == pytest.approx(HALF_WAY_ROUND_MILES)
    assert miles_of_squared_chord(-1e-18) == 0


def test_no_chord_is_longer_than_the_globe_is_wide():
    assert squared_chord(1_000_000) == pytest.approx(4)


@given(st.one_of(points, awkward_points))
def test_every_point_has_a_cell_of_the_grid(point):
    assert 0 <= grid_cell(point) < GRID_ROWS * GRID_COLUMNS


@given(
    st.one_of(points, awkward_points),
    st.floats(0, 2 * math.pi),
    st.sampled_from([5, 10, 25, 50, 100, 640]),
    st.floats(0, 1),
)
def test_the_cells_of_a_circle_hold_every_point_in_it(center, bearing, radius_miles, fraction):
    point = moved(center, bearing, radius_miles * fraction)
    # The last digits of the start, the step and the comparison are not the same.
    assume(haversine_miles(center, point) <= radius_miles * (1 - 1e-9))
    assert grid_cell(point) in cells_within(center, radius_miles=radius_miles)


@pytest.mark.parametrize("latitude", [0, 21.3, 33.3, 49, -14.3, 71.4, 80])
@pytest.mark.parametrize("radius_miles", [5, 25, 100, 500])
@pytest.mark.parametrize("side", [1, -1])
def test_the_cells_of_a_circle_reach_to_where_it_is_widest(latitude, radius_miles, side):
    """A circle is widest nearer to the pole than its center: there it just enters a cell."""
    angle = radius_miles * (1 - 1e-7) / EARTH_RADIUS_MILES
    half_width = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(latitude))))
    widest = math.degrees(math.asin(math.sin(math.radians(latitude)) / math.cos(angle)))
    border = -111.75
    point = at(widest, border + side * 1e-9)
    center = at(latitude, border - side * half_width)
    assert haversine_miles(center, point) <= radius_miles
    assert grid_cell(point) in cells_within(center, radius_miles=radius_miles)


@given(st.one_of(points, awkward_points), miles)
def test_no_cell_of_a_circle_comes_twice_or_is_off_the_grid(center, radius_miles):
    cells = cells_within(center, radius_miles=radius_miles)
    assert len(cells) == len(set(cells))
    assert all(0 <= cell < GRID_ROWS * GRID_COLUMNS for cell in cells)


def test_a_small_circle_touches_few_cells():
    assert len(cells_within(at(33.3, -111.8), radius_miles=25)) <= 25


@pytest.mark.parametrize(
    ("latitude", "longitude", "message"),
    [
        (90.001, 0, "latitude 90.001 is not between -90 and 90"),
        (-91, 0, "latitude -91 is not between -90 and 90"),
        (0, 180.5, "longitude 180.5 is not between -180 and 180"),
        (0, -181, "longitude -181 is not between -180 and 180"),
        (math.nan, 0, "latitude nan is not between -90 and 90"),
        (0, math.inf, "longitude inf is not between -180 and 180"),
    ],
)
def test_a_point_that_is_not_on_the_globe_is_refused(latitude, longitude, message):
    with pytest.raises(ValueError, match="is not between") as raised:
        at(latitude, longitude)
    assert str(raised.value) == message


def test_coordinates_are_given_by_name():
    with pytest.raises(TypeError):
        Coordinates(33.3, -111.8)  # type: ignore[call-arg]
