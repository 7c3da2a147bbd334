// The simulated bank's page: asks once, tells our own page above it, and is done.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const framed = parent !== window;
  // Our own page has its main part around this one; in a tab of its own, this is it.
  if (!framed) $("bank").setAttribute("role", "main");
  Money.translate();

  function tell(message) {
    if (framed) parent.postMessage({ source: "paylink", version: 1, ...message }, location.origin);
  }

  async function answer(approve) {
    const buttons = [$("approve"), $("decline")];
    for (const button of buttons) button.disabled = true;
    $("problem").hidden = true;
    try {
      const response = await fetch(location.pathname, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ approve }),
        cache: "no-store",
        credentials: "omit",
      });
      // 4xx: answered before, or too late. The payment page knows how it ended.
      if (response.status >= 500 || response.status === 429) throw new Error("no answer");
      $("ask").hidden = true;
      $("done").hidden = false;
      $("done-title").focus();
      tell({ type: "challenge_done" });
    } catch (_) {
      for (const button of buttons) button.disabled = false;
      $("problem").hidden = false;
      $(approve ? "approve" : "decline").focus();
    }
  }

  $("approve").addEventListener("click", () => answer(true));
  $("decline").addEventListener("click", () => answer(false));
  for (const button of [$("approve"), $("decline")]) button.disabled = false;
  if (framed && window.ResizeObserver) {
    const report = () => tell({ type: "challenge_height", height: $("bank").offsetHeight + 2 });
    new ResizeObserver(report).observe($("bank"));
  }
})();
