// The page's talk with its server, whose clock is the page's clock.
const Server = (() => {
  "use strict";
  const data = JSON.parse(document.getElementById("page-data").textContent);
  // Every text that a script of this page says, in the page's language.
  const words = JSON.parse(document.getElementById("page-words").textContent);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  // A sentence of the server in the page's language; the server's own answers are in English.
  const said = (text, otherwise) =>
    words.told[text] || (document.documentElement.lang === "en" && text) || otherwise || "";
  const path = location.pathname.replace(/\/+$/, "");
  const STATUSES = /^(pending|processing|requires_action|succeeded|failed|expired|canceled)$/;

  // Time is the server's clock plus what has passed since it answered, so that a wrong clock
  // on this device changes nothing.
  const visit = performance.getEntriesByType("navigation")[0];
  let offset = data.now_ms - (visit ? visit.responseStart : 0);
  let told = offset;
  const now = () => offset + performance.now();

  // Whether its last answer came before the link's time was over, whatever this page's clock says.
  function hasTime() {
    const left = data.expires_at_ms - told - performance.now() > 2000;
    if (left) offset = told;
    return left;
  }

  // Answers { status, wait_s, body }; null when there was no answer at all.
  async function call(where, body, patience_ms, headers) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patience_ms);
    try {
      const response = await fetch(path + where, {
        method: body ? "POST" : "GET",
        headers: { "content-type": "application/json", ...headers },
        body: body && JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: abort.signal,
      });
      // A device that slept may have stopped counting: the answer's date moves us on.
      const date = Date.parse(response.headers.get("date"));
      if (date) told = date - performance.now();
      if (date > now() + 2000) offset = told;
      const wait_s = Number(response.headers.get("retry-after"));
      return { status: response.status, wait_s, body: (await response.json().catch(() => null)) || {} };
    } catch (_) {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  // Whether an answer is the server's word on the payment. Proxies answer too, with any status and
  // any text.
  const knows = (answer) => answer && answer.status === 200 && STATUSES.test(answer.body.status);

  // Whether our server refused this very request, so that nothing came of it.
  const refuses = ({ status, body }) =>
    status >= 400 && status < 500 && ![408, 409, 425, 429].includes(status)
    && typeof body.code === "string";

  return { data, words, fill, said, path, now, hasTime, call, knows, refuses };
})();
