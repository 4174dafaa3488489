// Only filters and sorts what is on the page already; without it the page is whole.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  if (!form) return;
  const fields = ["severity", "family", "platform", "account", "year", "status", "text", "sort"];
  const groups = [...document.querySelectorAll("details.group")].map((group) => ({
    group,
    family: group.dataset.family,
    chunks: [...group.querySelectorAll(".rows")].map((chunk) => {
      const body = chunk.querySelector("tbody");
      return { chunk, body, size: body.rows.length };
    }),
    rows: [...group.querySelectorAll("tbody > tr")].map((row) => {
      const [severity, account, sure, at, ...status] = row.dataset.is.split(" ");
      return { row, severity, account, sure, at, status: status.join(" "), words: "" };
    }),
  }));
  const options = [...form.elements.account.options];
  const platforms = Object.fromEntries(options.map((option) => [option.value, option.dataset.platform]));
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const worst = ["info", "low", "medium", "high", "critical"];
  const orders = {
    newest: (a, b) => (a.at === b.at ? 0 : b.at > a.at ? 1 : -1),
    oldest: (a, b) => (a.at === b.at ? 0 : a.at === "-" || (b.at !== "-" && a.at > b.at) ? 1 : -1),
    surest: (a, b) => b.sure - a.sure,
    worst: (a, b) => worst.indexOf(b.severity) - worst.indexOf(a.severity) || orders.newest(a, b),
  };
  let order = "worst";

  const arrange = (wanted) => {
    if (wanted === order) return;
    order = wanted;
    for (const entry of groups) {
      entry.rows.sort(orders[order]);
      let at = 0;
      for (const { body, size } of entry.chunks) {
        body.replaceChildren(...entry.rows.slice(at, at + size).map(({ row }) => row));
        at += size;
      }
    }
  };

  const apply = () => {
    const want = Object.fromEntries(fields.map((name) => [name, form.elements[name]?.value.trim() ?? ""]));
    const text = want.text.toLowerCase();
    const filtered = fields.some((name) => name !== "sort" && want[name]);
    arrange(orders[want.sort] ? want.sort : "worst");
    let shown = 0;
    for (const entry of groups) {
      let inGroup = 0;
      const possible = !want.family || entry.family === want.family;
      for (const one of entry.rows) {
        const { row } = one;
        if (text && possible) one.words ||= row.textContent.toLowerCase();
        const fits = possible
          && (!want.severity || one.severity === want.severity)
          && (!want.platform || platforms[one.account] === want.platform)
          && (!want.account || one.account === want.account)
          && (!want.year || one.at.startsWith(want.year))
          && (!want.status || one.status === want.status)
          && (!text || one.words.includes(text));
        if (row.hidden === fits) row.hidden = !fits;
        if (fits) inGroup += 1;
      }
      for (const { chunk, body } of entry.chunks) {
        const left = [...body.rows].filter((row) => !row.hidden).length;
        chunk.hidden = left === 0;
        chunk.classList.toggle("few", left < 50);
      }
      entry.group.hidden = inGroup === 0;
      if (filtered && inGroup) entry.group.open = true;
      shown += inGroup;
    }
    form.elements.shown.value = `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} findings shown`;
    return want;
  };

  const remember = () => {
    const want = apply();
    const hash = new URLSearchParams(fields.filter((name) => want[name] && want[name] !== "worst").map((name) => [name, want[name]]));
    history.replaceState(null, "", hash.size ? `#${hash}` : "#findings");
  };

  const recall = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const known = fields.some((name) => asked.get(name));
    for (const name of fields) {
      const field = form.elements[name];
      if (!field) continue;
      field.value = asked.get(name) ?? "";
      if (field.selectedIndex < 0) field.selectedIndex = 0;
    }
    apply();
    if (known) document.getElementById("findings").scrollIntoView();
  };

  let waiting;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", remember);
  form.addEventListener("input", (event) => {
    if (event.target.name !== "text") return;
    clearTimeout(waiting);
    waiting = setTimeout(remember, 200);
  });
  form.addEventListener("reset", () => setTimeout(remember));
  for (const link of document.querySelectorAll("a[data-filter]")) link.href = `#${link.dataset.filter}`;
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return recall();
    const group = target.closest("details.group");
    if (!group) return;
    if (target.hidden) { form.reset(); apply(); }
    group.open = true;
    target.scrollIntoView();
  });
  recall();
})();
