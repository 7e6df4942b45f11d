import { byId, setText } from "./dom.js";

// Asks before something that cannot be taken back. Escape and Cancel mean no.
export function confirm(title, text, yes) {
  const dialog = byId("confirm");
  setText(byId("confirm-title"), title);
  setText(byId("confirm-text"), text);
  setText(byId("confirm-yes"), yes);
  return new Promise(resolve => {
    // Not the close event: it comes late enough to answer the next question.
    const answer = sure => {
      dialog.close();
      resolve(sure);
    };
    byId("confirm-yes").onclick = () => answer(true);
    byId("confirm-no").onclick = () => answer(false);
    dialog.oncancel = () => resolve(false);
    dialog.showModal();
  });
}
