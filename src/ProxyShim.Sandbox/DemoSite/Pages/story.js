"use strict";

// Looks again every second, until nothing is open any more.
const story = document.getElementById("story");
let shown = "";

async function look() {
  try {
    const answer = await fetch(story.dataset.source);
    const html = await answer.text();
    if (answer.ok && html !== shown) {
      shown = html;
      story.innerHTML = html;
    }
  } catch {
    // The sandbox has ended; what is shown stays.
  }

  if (story.querySelector("[data-open]")) {
    setTimeout(look, 1000);
  }
}

look();
