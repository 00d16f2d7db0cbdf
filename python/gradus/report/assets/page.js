// The page itself: theme, printing, the team's switch.
"use strict";
(() => {
  const root = document.documentElement;
  const wantsDark = window.matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : wantsDark.matches);

  function tell() {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Use light colours" : "Use dark colours");
    document.dispatchEvent(new CustomEvent("themechange"));
  }
  button.removeAttribute("aria-pressed");
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tell();
  });
  wantsDark.addEventListener("change", tell);
  tell();
  window.gradus = { isDark };

  // On paper everything is open, and afterwards as it was.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });

  const everyone = document.getElementById("everyone");
  if (everyone) {
    everyone.hidden = false;
    document.body.classList.add("direct-only");
    everyone.addEventListener("click", () => {
      const only = document.body.classList.toggle("direct-only");
      everyone.setAttribute("aria-pressed", String(!only));
    });
  }
})();
