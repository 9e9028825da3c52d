"use strict";
// Language and theme: the browser's, until a button says otherwise; kept where the browser lets a file keep anything.
{
  const root = document.documentElement;
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* a file may have no storage */ } };
  const language = (value) => {
    root.lang = value;
    document.dispatchEvent(new CustomEvent("language", { detail: value }));
  };
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  language(kept("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en"));
  if (kept("theme")) root.dataset.theme = kept("theme");
  document.getElementById("language").addEventListener("click", () => {
    language(root.lang === "zh" ? "en" : "zh");
    keep("language", root.lang);
  });
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    keep("theme", root.dataset.theme);
  });
}
