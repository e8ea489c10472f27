// Beside a citation, its passage is shown while the pointer or the focus is there.
(() => {
  const CHIP = ".message-content a.element-link";
  const GAP = 8;
  const LEAVING_MS = 200; // The pointer may go over the passage (WCAG 1.4.13).
  const known = new Map();
  let shown = null;
  let leaving = 0;

  addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.data?.plumbline !== "passages") return;
    for (const [message, passages] of Object.entries(event.data.messages)) known.set(message, passages);
  });

  const preview = (chip) => {
    const message = chip.closest("[id^='step-']");
    const number = chip.textContent.match(/\d+/)?.[0];
    const previews = known.get(message?.id.slice("step-".length))?.[number];
    if (!previews) return null;
    const same = [...message.querySelectorAll(CHIP)].filter((one) => one.textContent === chip.textContent);
    return previews[Math.min(same.indexOf(chip), previews.length - 1)];
  };

  const line = (name, text) =>
    Object.assign(document.createElement(name), { textContent: text });

  const hide = () => {
    clearTimeout(leaving);
    shown?.chip.removeAttribute("aria-describedby");
    shown?.box.remove();
    shown = null;
  };

  const stand = (box, chip) => {
    const { top, bottom, left } = chip.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const above = top - height - GAP;
    box.style.top = `${above >= GAP ? above : bottom + GAP}px`;
    box.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
  };

  const show = (chip) => {
    clearTimeout(leaving);
    if (shown?.chip === chip) return;
    hide();
    const passage = preview(chip);
    if (!passage) return;
    const box = document.createElement("div");
    Object.assign(box, { id: "pl-preview", role: "tooltip" });
    const text = document.createElement("p");
    text.append(passage.before, line("mark", passage.marked), passage.after);
    box.append(line("b", passage.place), text);
    document.body.append(box);
    chip.setAttribute("aria-describedby", box.id);
    shown = { chip, box };
    stand(box, chip);
  };

  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, LEAVING_MS);
  };

  const over = (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const chip = target?.closest(CHIP);
    if (chip) show(chip);
    else if (target?.closest("#pl-preview")) clearTimeout(leaving);
    else if (shown) leave();
  };

  document.addEventListener("pointerover", (event) => event.pointerType !== "touch" && over(event));
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.(`${CHIP}:focus-visible`)) show(event.target);
    else hide();
  });
  document.addEventListener("click", hide);
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();
