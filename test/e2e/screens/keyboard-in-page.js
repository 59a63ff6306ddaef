/**
 * Runs inside the page: which controls Tab must reach, where the focus is, and whether it is seen
 * there, which is to say looks other than without it.
 */
(() => {
  const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex]';
  /** A card is drawn around its link: what shows the focus may be this far out. */
  const AROUND = 3;
  const LOOKS = [
    'outlineStyle',
    'outlineWidth',
    'outlineColor',
    'boxShadow',
    'borderColor',
    'backgroundColor',
    'opacity',
    'transform',
  ];
  const front = () => [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
  const describe = (element) =>
    `<${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ''} ` +
    `class="${element.className}"> ${(element.textContent ?? '').trim().slice(0, 30)}`;

  const isReachable = (element) =>
    element.tabIndex >= 0 &&
    !element.matches(':disabled') &&
    !element.closest('[inert]') &&
    element.checkVisibility({ visibilityProperty: true }) &&
    !(element.type === 'radio' && !isOneOfItsGroup(element));
  /** Arrows go to the others. */
  const isOneOfItsGroup = (radio) => {
    const group = [...document.querySelectorAll('input[type=radio]')].filter(
      ({ name, form }) => name === radio.name && form === radio.form,
    );
    return (group.find(({ checked }) => checked) ?? group[0]) === radio;
  };
  const lookOf = (element) => {
    const looks = [];
    for (let at = element, far = 0; at && far <= AROUND; at = at.parentElement, far += 1)
      for (const part of [null, '::before', '::after']) {
        const style = getComputedStyle(at, part);
        looks.push(LOOKS.map((name) => style[name]).join());
      }
    return looks.join('\n');
  };

  /** On its way from one look to the other an element has neither. */
  const settle = () => {
    for (const moving of document.getAnimations())
      if (moving.effect?.getComputedTiming().endTime !== Infinity) moving.finish();
  };

  return {
    begin() {
      const before = document.activeElement;
      before?.blur?.();
      settle();
      const controls = [...front().querySelectorAll(CONTROLS)].filter(isReachable);
      window.__keyboard = { before, controls, looks: controls.map(lookOf) };
      return Object.fromEntries(controls.map((control, mark) => [mark, describe(control)]));
    },
    place() {
      const { controls, looks } = window.__keyboard;
      const at = document.activeElement ?? document.body;
      settle();
      const mark = controls.indexOf(at);
      return {
        mark: mark === -1 ? null : String(mark),
        is: describe(at),
        isSeen: mark === -1 || lookOf(at) !== looks[mark],
        isOutside: at !== document.body && !front().contains(at),
      };
    },
    /** Of the controls those that are still to be reached: going on has put others away. */
    end() {
      const { before, controls } = window.__keyboard;
      document.activeElement?.blur?.();
      before?.focus?.();
      delete window.__keyboard;
      return controls.flatMap((control, mark) => (isReachable(control) ? [String(mark)] : []));
    },
  };
})();
