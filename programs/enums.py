"""The closed lists of the domain. A leaf: it imports nothing of the project.

The wording of the medication ladder is that of the field guide (`docs/data.md`, "The medication
ladder"); what a searcher can find (levels, medicines, tracks, payers) is data, not an enum.
"""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Answer(TextChoices):
    """What a source stated. A fact that nobody stated has no row: it is not known."""

    YES = "yes", _("Yes")
    NO = "no", _("No")


class FactKind(TextChoices):
    """Which table holds the facts of a facet, by the details that such a fact has."""

    CARE = "care", _("Level of care")
    MEDICATION = "medication", _("Medicine")
    COVERAGE = "coverage", _("Payment")
    FEATURE = "feature", _("Feature")


class MedicationRelation(TextChoices):
    """How a program relates to a medicine, from the most a person can get to the least.

    A fact nobody stated has no row, so there is no member for "not known".
    """

    STARTS_AND_CONTINUES = "starts_and_continues", _("Can start you on it and keep you on it")
    CONTINUES_ONLY = "continues_only", _("Can continue it")
    TIME_LIMITED = "time_limited", _("For a set time")
    TAPER_ONLY = "taper_only", _("Only for withdrawal, not long-term")
    ACCEPTS_ELSEWHERE = (
        "accepts_elsewhere",
        _("You can keep taking it. Someone else prescribes it"),
    )
    # The survey's "used in treatment": sober homes tick it for residents medicated elsewhere.
    REPORTS_USE_UNSPECIFIED = "reports_use_unspecified", _("Reports using it. Ask how")
    DOES_NOT_USE = "does_not_use", _("Doesn't use it. Ask if you can stay on yours")
    # Only ever entered by a person who checked: it may raise disability law.
    DOES_NOT_ACCEPT = "does_not_accept", _("Does not accept people on this medicine")
    NOT_APPLICABLE = "not_applicable", _("Does not treat the condition this medicine is for")


class NetworkRelation(TextChoices):
    """How a program relates to a payer. A federal survey never says more than "accepts"."""

    IN_NETWORK = "in_network", _("In network")
    ACCEPTS_NETWORK_UNKNOWN = (
        "accepts_network_unknown",
        _("Says it accepts this. Ask if it is in network for your plan"),
    )
    OUT_OF_NETWORK_ONLY = "out_of_network_only", _("Out of network only")
    # Ways to pay that have no network: cash, sliding scale, public funds.
    ACCEPTS = "accepts", _("Offered")
    DOES_NOT_ACCEPT = "does_not_accept", _("Does not accept this")


class SearchAspect(TextChoices):
    """What a search asks of a term. Every term has OFFERS; medicines have the ladder as well."""

    OFFERS = "offers", _("Gives it, or says it uses it")
    START = "start", _("Can start me on it")
    STAY = "stay", _("Lets me stay on it")
    ANY = "any", _("Any of these")


class Need(TextChoices):
    """What somebody needs first, as the landing page asks it. `search.needs` says what it finds."""

    MEDICINE = "medicine", _("Medicine today")
    DETOX = "detox", _("Withdrawal care (detox)")
    STAY = "stay", _("Somewhere to stay")


class Sort(TextChoices):
    """What comes first among matches. Where there is no point to be near, both are the second."""

    NEAREST = "nearest", _("Nearest")
    CONFIRMED = "confirmed", _("Most recently confirmed")
    OPENINGS = "openings", _("Openings first")


class OpeningStatus(TextChoices):
    """Whether a program can take people. Not known is no statement, or one that has expired."""

    OPEN = "open", _("Open")
    WAITLIST = "waitlist", _("Waitlist")
    FULL = "full", _("Full")
    # No new people at all, not even on a list.
    NOT_TAKING = "not_taking", _("Not taking new people")


class LocationPrecision(TextChoices):
    """How exactly a facility's coordinates are known."""

    ADDRESS = "address", _("Street address")
    ZIP = "zip", _("Middle of the ZIP code")
    CITY = "city", _("Middle of the town")
    # All that is ever published of a confidential address.
    COUNTY = "county", _("Middle of the county")
    NONE = "none", _("Not known")


class PhoneUse(TextChoices):
    MAIN = "main", _("Main number")
    INTAKE = "intake", _("Intake (to start treatment)")
    HOTLINE = "hotline", _("Hotline")


class ListingPart(TextChoices):
    """What a listing says beside the facts of its facets, and grows old at its own pace."""

    PHONES = "phones", _("Phone numbers")
    ADDRESS = "address", _("Address")
    NAME = "name", _("Name")
    # The one relation to a payer that a person checked, for a plan.
    IN_NETWORK = "in_network", _("In network for a plan")


class Tick(TextChoices):
    """What a caller heard about a group of facts."""

    RIGHT = "right", _("All right")
    UNSURE = "unsure", _("Could not tell")


class ListingStatus(TextChoices):
    PUBLISHED = "published", _("Published")
    DRAFT = "draft", _("Draft")
    CLOSED = "closed", _("Closed")


class ProgramScope(TextChoices):
    # A federal row speaks for everything at one address.
    WHOLE_SITE = "whole_site", _("As reported for the whole site")
    PROGRAM = "program", _("One program")


class SourceKind(TextChoices):
    """Who said it, from the most to the least trusted."""

    FACILITY = "facility", _("The facility itself")
    STAFF = "staff", _("Checked by our staff")
    FEDERAL_API = "federal_api", _("Federal locator")
    FEDERAL_DIRECTORY = "federal_directory", _("Federal directory")
    SAMPLE = "sample", _("Invented sample")


class DatePrecision(TextChoices):
    """How much of a source's date is known, so that no page prints more."""

    DAY = "day", _("Day")
    YEAR = "year", _("Year")


class PlaceKind(TextChoices):
    ZIP = "zip", _("ZIP code")
    CITY = "city", _("City or town")
    COUNTY = "county", _("County")
    STATE = "state", _("State")


class ImportStatus(TextChoices):
    """The life of a run. A worker takes up what is planning, applying or undoing, and ends it."""

    # Of the command: the plan of a file that we do not keep.
    DRY_RUN = "dry_run", _("Dry run: nothing was changed")
    PLANNING = "planning", _("Making the plan")
    PLANNED = "planned", _("Planned: nothing was changed yet")
    APPLYING = "applying", _("Applying the plan")
    APPLIED = "applied", _("Applied")
    UNDOING = "undoing", _("Undoing")
    UNDONE = "undone", _("Undone")
    FAILED = "failed", _("Cannot be loaded")
    DISCARDED = "discarded", _("Discarded")


class ConflictChoice(TextChoices):
    """What becomes of a confirmed fact that a release contradicts. Not chosen means kept."""

    KEEP = "keep", _("Keep what was confirmed")
    TAKE = "take", _("Take what the release says")


class ImportAction(TextChoices):
    """What a run does with a row of the file, or with a listing that the file no longer has."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    GONE = "gone", _("Not in this file")
    CONFLICT = "conflict", _("Conflict with a confirmed fact")
    REVIEW = "review", _("For a person to look at")
    DUPLICATE = "duplicate", _("New, but near a listing that is there")
    REJECTED = "rejected", _("Rejected")
    # Of an undo.
    STAYED = "stayed", _("Left as it is: a keeper changed it since")


class ChangeKind(TextChoices):
    """By what way a change came."""

    ADMIN = "admin", _("Keepers' desk")
    STAFF = "staff", _("Staff portal")
    ONE_TAP = "one_tap", _("One-tap link")
    CORRECTION = "correction", _("Report from the public")
    VERIFICATION = "verification", _("Call sheet")
    REVIEW = "review", _("Review of a draft")
    IMPORT = "import", _("Import")
    UNDO = "undo", _("Import undone")
    REVERT = "revert", _("Reverted")
    MERGE = "merge", _("Merge")
    SPLIT = "split", _("Split")
    SPREADSHEET = "spreadsheet", _("Spreadsheet")
    COMMAND = "command", _("Command line")


class CorrectionKind(TextChoices):
    """What a visitor says is wrong with a listing."""

    PHONE = "phone", _("A phone number is wrong")
    MOVED = "moved", _("The place moved")
    CLOSED = "closed", _("The place closed")
    DOES_NOT_OFFER = "does_not_offer", _("It does not offer something in the listing")
    INSURANCE = "insurance", _("Insurance or payment is wrong")
    OTHER = "other", _("Something else")


class CorrectionStatus(TextChoices):
    """How far a report has come."""

    NEW = "new", _("New")
    CHECKING = "checking", _("Being checked")
    FIXED = "fixed", _("Fixed")
    # A keeper checked: the listing is right.
    NO_CHANGE = "no_change", _("Checked, the listing is right")
    # Nobody could be reached, say. The listing stays as it is.
    COULD_NOT_CHECK = "could_not_check", _("Could not be checked")
    SPAM = "spam", _("Spam")


class RevertRefusal(TextChoices):
    """Why a row is left as it is when changes are taken back."""

    CHANGED_SINCE = "changed_since", _("Somebody changed it since")
    IN_USE = "in_use", _("Something was added to it since")
    PARENT_GONE = "parent_gone", _("What it belongs to, or refers to, is not there any more")
    TAKEN = "taken", _("Another line says the same by now")
    NOT_KNOWN = "not_known", _("Nothing is known of what it was before")


class Miles(IntegerChoices):
    """The radii a search offers, in statute miles."""

    FIVE = 5, _("5 miles")
    TEN = 10, _("10 miles")
    TWENTY_FIVE = 25, _("25 miles")
    FIFTY = 50, _("50 miles")
    HUNDRED = 100, _("100 miles")


class Role(IntegerChoices):
    """What a person is to this directory. Each may do all that the ones before it may."""

    VISITOR = 0, _("Visitor")
    # Of one or more organizations, and for their facilities alone.
    FACILITY_STAFF = 1, _("Facility staff")
    EDITOR = 2, _("Editor")
    ADMINISTRATOR = 3, _("Administrator")


#: USPS codes: the states, DC, the territories and the freely associated states.
STATE_NAMES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "AS": "American Samoa",
    "GU": "Guam",
    "MP": "Northern Mariana Islands",
    "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
    "FM": "Federated States of Micronesia",
    "MH": "Marshall Islands",
    "PW": "Palau",
}


class LinkState(TextChoices):
    """Whether a one-tap link works."""

    OPEN = "open", _("Works")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")
    # Not made by us, or cut off on its way.
    STRANGE = "strange", _("Not one of ours")


class LinkUseKind(TextChoices):
    """What somebody did with a one-tap link."""

    STATED = "stated", _("Said whether there is room")
    UNDONE = "undone", _("Took the last tap back")
    CONFIRMED = "confirmed", _("Confirmed the listing")
    REPORTED = "reported", _("Reported a change")


class ReminderKind(TextChoices):
    REMINDER = "reminder", _("Reminder")
    # Asked for, by the person or by an editor: no back-off, and no stop.
    LINK = "link", _("A link that was asked for")


class ReminderStatus(TextChoices):
    """A mail goes PENDING, SENDING, SENT. It is sent once at most."""

    PENDING = "pending", _("Waits")
    # Claimed. It stays so where nobody knows whether the mail server took it.
    SENDING = "sending", _("May have been sent: nobody knows")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Refused by the mail server")
    # Answered, stopped or revoked before it went.
    DROPPED = "dropped", _("Not needed any more")


class SuppressionReason(TextChoices):
    """Why an address gets no reminders."""

    STOPPED = "stopped", _("They stopped the reminders")
    # Gets nothing at all.
    BOUNCED = "bounced", _("Mail to it comes back")


class DraftState(TextChoices):
    """How far a change has come that counts only when it is sent, or approved."""

    DRAFT = "draft", _("Draft, not sent")
    SENT = "sent", _("Sent to the editors")
    RETURNED = "returned", _("Returned with a note")
    APPROVED = "approved", _("Approved")


class ClaimState(TextChoices):
    """How far it has come that somebody asks to keep a listing."""

    NEW = "new", _("New")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class InvitationState(TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    REVOKED = "revoked", _("Revoked")
    EXPIRED = "expired", _("Expired")
