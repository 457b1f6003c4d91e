/* The planning grid: how its cells look, and how what a person does in it reaches the server.
   Every change goes out as one action with the revision that the page shows; the answer draws everything anew. */
(() => {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const parts = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const make = (...about) => window.React.createElement(...about);
  const icon = (name) => make("i", { className: `bi bi-${name}`, "aria-hidden": true });
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const grid = () => window.dash_ag_grid?.getApi("plan-grid");

  let sent = 0;
  const send = (action) => {
    const seen = document.getElementById("plan-bar")?.querySelector("[data-revision]")?.dataset.revision;
    document.querySelector(".page-planning")?.classList.add("is-sending");
    const reason = document.querySelector("#plan-tools input[name=reason]");
    setProps("plan-action", { data: { seen: Number(seen) || null, ...action, reason: reason?.value || null, number: `${Date.now()}-${(sent += 1)}` } });
    if (reason) reason.value = "";
  };
  const selected = () => (grid()?.getSelectedRows() || []).map((row) => row.id);

  functions.planEditable = (params) => Boolean(params.data && params.data.editable);
  /* The cell keeps what it has until the server has said what becomes of it. */
  functions.planTyped = (params) => {
    const typed = String(params.newValue ?? "").trim();
    if (typed && typed !== params.oldValue) send({ kind: "type", rows: [params.data.id], value: typed });
    return false;
  };

  parts.PlanName = ({ data, value }) => {
    const inner = [];
    if (data.fold) {
      const marks = { key: "f", className: "fold", href: `?${data.fold}`, "data-slice": data.fold, tabIndex: -1 };
      inner.push(make("a", { ...marks, "aria-label": data.fold_label }, icon(`chevron-${data.is_open ? "down" : "right"}`)));
    } else inner.push(make("span", { key: "f", className: "fold" }));
    const text = data.into
      ? make("a", { key: "n", className: "who", href: `?${data.into}`, "data-slice": data.into, tabIndex: -1 }, value)
      : make("span", { key: "n", className: "who" }, value);
    inner.push(text);
    if (data.note) inner.push(make("span", { key: "m", className: "pill", title: data.note_title }, data.note));
    return make("span", { className: `plan-name level-${data.level}`, title: value }, inner);
  };
  parts.PlanLock = ({ data }) => {
    if (!data.can_lock) return null;
    const label = data.is_locked ? data.unlock_label : data.lock_label;
    const about = { type: "button", className: data.is_locked ? "plan-lock on" : "plan-lock", tabIndex: -1 };
    const press = (event) => {
      event.stopPropagation();
      send({ kind: data.is_locked ? "unlock" : "lock", rows: [data.id] });
    };
    return make("button", { ...about, onClick: press, title: label, "aria-label": label }, icon(data.is_locked ? "lock-fill" : "unlock"));
  };
  parts.PlanTarget = ({ data, value }) => {
    const looks = ["cell-edit"];
    if (!data.editable) looks.push(data.is_locked ? "locked" : "plain");
    if (data.touched) looks.push("touched");
    return make("span", { className: looks.join(" ") }, value);
  };
  parts.PlanChange = ({ value }) => make("span", { className: /[1-9]/.test(value || "") ? "" : "nothing" }, value);
  parts.PlanLanding = ({ data }) => {
    if (data.landing_share === null || data.landing_share === undefined) return make("span", { className: "nothing" }, data.landing);
    const share = data.landing_share;
    const width = Math.min(Math.abs(share) * 140, 28);
    const side = share < 0 ? "neg" : "pos";
    const place = share < 0 ? { right: `calc(50% + ${width + 5}px)` } : { left: `calc(50% + ${width + 5}px)` };
    const inner = [
      make("i", { key: "b", className: side, style: { width } }),
      make("span", { key: "t", className: share < 0 ? "behind" : "ahead", style: place }, data.landing),
    ];
    if (data.reach_note) inner.push(make("em", { key: "r", title: data.reach_note, "aria-label": data.reach_note }, icon("exclamation-diamond")));
    return make("div", { className: "vbar", title: data.landing_title }, inner);
  };

  /* In the grid Enter or Space on a name folds it, on a lock turns it. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    const cell = event.target.closest?.("#plan-grid .ag-cell");
    if (!cell || cell !== event.target) return;
    const press = cell.querySelector("a.fold[href], button.plan-lock");
    if (!press) return;
    event.preventDefault();
    event.stopPropagation();
    press.click();
  }, true);

  /* What is said about a change: close it, make the change again on top of somebody else's, or look at theirs. */
  const fresh = () => setProps("plan-state", { data: { looked: Date.now() } });
  document.addEventListener("click", (event) => {
    const said = document.getElementById("plan-said");
    const button = event.target.closest("[data-plan-close], [data-plan-again], [data-plan-look]");
    if (!button || !said) return;
    if ("planAgain" in button.dataset) send({ ...JSON.parse(button.dataset.planAgain), seen: Number(button.dataset.revisionNow) });
    else if ("planLook" in button.dataset) fresh();
    said.replaceChildren();
  });

  /* Buttons and forms beside the grid. */
  let sheet = null;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-plan]");
    if (!button || button.disabled) return;
    event.preventDefault();
    const { plan, value, row, target } = button.dataset;
    if (plan === "take_sheet") return sheet && send({ kind: plan, ...sheet });
    if (button.dataset.sure && !window.confirm(button.dataset.sure)) return;
    button.closest("details")?.removeAttribute("open");
    send({ kind: plan, value: value ?? null, rows: row ? [row] : selected(), target: target ?? null });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-plan-form]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    const fields = {};
    for (const field of form.elements) {
      if (!field.name || ((field.type === "radio" || field.type === "checkbox") && !field.checked)) continue;
      fields[field.name] = field.value;
    }
    form.closest("details")?.removeAttribute("open");
    if (form.closest("#drawer") && form.dataset.planForm !== "enter") setProps("panel", { data: "" });
    send({ kind: form.dataset.planForm, fields, rows: selected(), value: fields.value ?? null, target: form.dataset.target ?? null });
    if (form.dataset.planForm === "change") form.reset();
  }, true);
  /* The slider says what it would come to, and sends it when it is let go. */
  document.addEventListener("input", (event) => {
    const slider = event.target.closest("[data-plan-slider]");
    if (slider) slider.parentElement.querySelector("output").textContent = `${slider.value > 0 ? "+" : ""}${slider.value}%`.replace("-", "\u2212");
  });
  document.addEventListener("change", (event) => {
    const slider = event.target.closest("[data-plan-slider]");
    if (slider && Number(slider.value)) send({ kind: "total", value: `${slider.value}%`, rows: [] });
    const file = event.target.closest("[data-plan-file]");
    if (file?.files.length) {
      const [chosen] = file.files;
      const reader = new FileReader();
      reader.onload = () => {
        sheet = { value: reader.result, target: chosen.name, rows: [] };
        send({ kind: "sheet", ...sheet });
      };
      chosen.size > 8e6 ? send({ kind: "too_large", target: chosen.name, rows: [] }) : reader.readAsDataURL(chosen);
      file.value = "";
    }
  });
  /* Undo and redo as everywhere, unless something is being typed. */
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector(".page-planning") || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.target.closest("input, textarea, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    const kind = key === "z" ? (event.shiftKey ? "redo" : "undo") : key === "y" ? "redo" : null;
    const button = kind && document.querySelector(`#plan-bar [data-plan=${kind}]:not([disabled])`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    planning: { arrived: () => document.querySelector(".page-planning")?.classList.remove("is-sending") },
  });
})();
