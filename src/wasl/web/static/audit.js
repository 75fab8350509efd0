// A key stands for a button; with a modifier it stays the browser's.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const key = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key.toLowerCase();
  const button = document.querySelector(`#rate [data-key="${CSS.escape(key)}"]`);
  if (button) button.click();
});
