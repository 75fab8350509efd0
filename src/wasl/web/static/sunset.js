// Reads again how a plan stands while it is under way, and puts it where it stood. Without scripts the page is read anew by hand.

const SECONDS = 5;
const box = document.getElementById("progress");

async function again() {
  if (document.hidden) return;
  try {
    const answer = await fetch(box.dataset.url, { headers: { accept: "text/html" }, credentials: "same-origin" });
    if (answer.ok && !answer.redirected) {
      const text = await answer.text();
      if (text.trim() !== box.innerHTML.trim()) box.innerHTML = text;
    }
  } catch { /* the next look tells */ }
}

if (box && box.dataset.live === "yes") setInterval(again, SECONDS * 1000);
