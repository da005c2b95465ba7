"""A browser in which no text runs, asks another host or breaks the policy without being noticed."""

from __future__ import annotations

from typing import Any

TRAPS = """
for (const name of ["__ran", "alert", "confirm", "prompt", "print"]) {
  window[name] = () => { window.__told("ran: " + name + " in " + (window.name || location.href)); };
}
addEventListener("securitypolicyviolation", (event) => {
  if (event.blockedURI === "wasm-eval") return; // Streamlit asks whether it may; no text does
  window.__told("policy: " + event.violatedDirective + " " + event.blockedURI + " " + event.sample);
});
"""

FOUND = """() => {
  const addresses = ["href", "src", "action", "formaction", "data", "srcdoc", "xlink:href"];
  const found = [];
  const look = (root) => root.querySelectorAll("*").forEach((element) => {
    for (const { name, value } of element.attributes) {
      const runs = addresses.includes(name) && (name === "srcdoc" ? value !== "<!DOCTYPE html>"
        : /^[\\s\\0-\\x1f]*(j\\s*a\\s*v\\s*a\\s*script|vbscript|data:text)/i.test(value));
      if (name.startsWith("on") || runs) found.push(element.cloneNode(false).outerHTML);
    }
    if (element.shadowRoot) look(element.shadowRoot);
    if (element.contentDocument) look(element.contentDocument);
  });
  look(document);
  return found;
}"""


class Lookout:
    """A browser context, and all that its pages did which no text may make them do."""

    def __init__(self, browser: Any, own: str, **options: Any) -> None:
        """`own` is how every address begins that a page may ask for."""
        options = {"viewport": {"width": 1440, "height": 900}} | options
        self.context = browser.new_context(**options)
        self.own = own
        self.refused = False
        """Whether answers with an error are expected now."""
        self.seen: list[str] = []
        self.context.expose_binding("__told", lambda source, what: self.seen.append(what))
        self.context.add_init_script(TRAPS)
        self.context.on("page", self._listen)
        self.context.on("request", self._asked)
        self.page = self.context.new_page()

    def _listen(self, page: Any) -> None:
        page.on("websocket", self._asked)
        page.on("pageerror", lambda error: self.seen.append(f"exception: {error}"))
        page.on("console", self._complained)
        page.on("dialog", self._dialog)

    def _asked(self, request: Any) -> None:
        allowed = (self.own, self.own.replace("http", "ws", 1), "data:", "blob:")
        if not request.url.startswith(allowed):
            self.seen.append(f"asked: {request.url}")

    def _complained(self, message: Any) -> None:
        failed = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not (failed and self.refused):
            self.seen.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def look(self, page: Any = None) -> list[str]:
        """Return all that was noticed so far, and what stands in a page and in its frames."""
        return [*self.seen, *(page or self.page).evaluate(FOUND)]

    def close(self) -> None:
        """Close every page."""
        self.context.close()
