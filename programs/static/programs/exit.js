// "Exit this page" at once: by link, or Shift three times. Without scripts the links just lead away.
"use strict";
(() => {
  const PRESSES = 3;
  const FORGET_MS = 5000;
  const bar = document.querySelector(".exit");
  const [dots, said] = bar.querySelectorAll("span span");
  const texts = bar.dataset.said.split("|");
  const cover = document.createElement("p");
  let presses = 0;
  let timer;
  let isAlone;

  const leave = () => {
    cover.className = "gone";
    cover.role = "alert";
    document.body.append(cover);
    cover.textContent = document.title = texts[PRESSES];
    location.replace(bar.querySelector("[rel]").href);
  };

  const count = (number) => {
    clearTimeout(timer);
    presses = number;
    dots.textContent = number ? "●".repeat(number) + "○".repeat(PRESSES - number) : "";
    said.textContent = texts[number];
    if (number === PRESSES) leave();
    else if (number) timer = setTimeout(count, FORGET_MS, 0);
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[rel~=nofollow]")) return;
    event.preventDefault();
    leave();
  });

  // Shift that made a capital, or went back with Tab, is no press of its own.
  document.addEventListener("keydown", ({ key }) => {
    isAlone = key === "Shift";
    if (!isAlone && presses) count(0);
  });
  document.addEventListener("keyup", ({ key }) => {
    if (key === "Shift" && isAlone) count(presses + 1);
  });

  addEventListener("pageshow", () => cover.remove());
})();
