// Runs in the head, before anything is drawn: says that scripts run, and applies the theme
// that was chosen here. Changing it is the page's own business (theme_toggle.rs).
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // The browser forbids keeping a choice: the system's theme it is.
  }
})();
