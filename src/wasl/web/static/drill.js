// Reads again how far a drill came, and shows its report when it is over. Without scripts the page is read anew by hand.

const SECONDS = 1;
const box = document.getElementById("progress");

async function again() {
  if (!document.hidden) {
    try {
      const answer = await fetch(box.dataset.url, { headers: { accept: "text/html" }, credentials: "same-origin" });
      if (answer.status === 204) return location.reload();
      const text = answer.ok && !answer.redirected ? await answer.text() : "";
      if (text && text.trim() !== box.innerHTML.trim()) box.innerHTML = text;
    } catch { /* the next look tells */ }
  }
  setTimeout(again, SECONDS * 1000);
}

if (box) setTimeout(again, SECONDS * 1000);
