// What the pages do beyond htmx. Without this file, or without any script, every page still works.
"use strict";
(() => {
  const MIN_CHARACTERS = 3;

  const focusAnswer = () => document.querySelector("h1").focus();

  const offerLocation = () => {
    for (const part of document.querySelectorAll(".location")) part.hidden = !navigator.geolocation;
  };

  // Two decimals are about half a mile. They are all that ever leaves the device.
  const useLocation = (button) => {
    const { form } = button;
    const said = button.parentElement.querySelector("[role=status]");
    said.textContent = "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const rounded = [coords.latitude, coords.longitude].map((degrees) => degrees.toFixed(2));
        form.elements.near.value = rounded.join(", ");
        form.requestSubmit();
      },
      () => { said.textContent = button.dataset.refused; },
      { timeout: 15000, maximumAge: 600000 },
    );
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest(".location button");
    if (button) useLocation(button);
  });

  document.addEventListener("htmx:config:request", (event) => {
    const { name, value } = event.detail.ctx.sourceElement;
    if (name === "near" && value.trim().length < MIN_CHARACTERS) event.preventDefault();
  });

  // What is ticked goes into the address, and into the links that lead on, as the server writes them.
  const carryTicks = () => {
    const ticked = new FormData(document.querySelector("form.filters")).getAll("p");
    const carrying = (address) => {
      const url = new URL(address, location);
      url.searchParams.delete("p");
      for (const id of ticked) url.searchParams.append("p", id);
      return url.href;
    };
    history.replaceState(history.state, "", carrying(location.href));
    for (const link of document.querySelectorAll(".results a[href*='?'], .program h2 a, #languages a")) {
      link.href = carrying(link.href);
    }
  };

  document.addEventListener("change", ({ target }) => {
    if (target.name === "p") carryTicks();
  });

  // Another page than the results is not for htmx.
  document.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) event.stopPropagation();
  }, true);

  // Enter in a field is a change and a submit: the answer that is shown is not asked for twice.
  document.addEventListener("htmx:before:request", (event) => {
    const { sourceElement, sourceEvent, request } = event.detail.ctx;
    if (!sourceElement.matches("form") || request.action !== location.pathname + location.search) return;
    event.preventDefault();
    if (sourceEvent.type === "submit") focusAnswer();
  });

  // Who changes a filter stays there. Who follows a link or presses the button goes to the answer.
  document.addEventListener("htmx:after:swap", (event) => {
    const { sourceElement, sourceEvent } = event.detail.ctx;
    offerLocation();
    if (sourceElement.name === "near") return;
    if (!sourceElement.matches("form")) document.querySelector("form.filters")?.reset();
    else if (sourceEvent.type !== "submit") return;
    focusAnswer();
  });

  // No answer, or none for a person: the browser asks again by itself, and shows what is wrong.
  const askPlainly = ({ detail: { ctx } }) => {
    if (ctx && ctx.sourceElement.name !== "near") location.assign(ctx.request.action);
  };
  document.addEventListener("htmx:error", askPlainly);
  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status >= 500) askPlainly(event);
  });

  offerLocation();
})();
