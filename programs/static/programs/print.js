// The button that prints. Without scripts it stays away: the browser's own menu prints as well.
"use strict";
{
  const button = document.querySelector(".ways button");
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
