// @ts-check
'use strict';
{
  const root = document.documentElement;
  const search = /** @type {HTMLInputElement} */ (document.getElementById('search'));
  const found = /** @type {HTMLElement} */ (document.getElementById('found'));
  const keys = /** @type {HTMLDialogElement} */ (document.getElementById('keys'));
  const details = /** @type {HTMLElement} */ (document.getElementById('details'));
  const canvas = /** @type {HTMLElement} */ (document.getElementById('canvas'));
  const drawing = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.getElementById('graph-drawing')));
  const articles = [...details.querySelectorAll('article')];
  const ids = articles.map((article) => article.id);
  const links = [...document.querySelectorAll('[data-step]')];
  const nodes = new Map([...drawing.querySelectorAll('.node')].map((node) => [idOf(node), node]));
  const rows = [...document.querySelectorAll('[data-row]')];
  const counts = [...document.querySelectorAll('.count')];
  let chosen = '';
  /** @type {string | undefined} */
  let wantedState;
  /** What each step says, in small letters, once somebody searches. @type {Map<string, string> | undefined} */
  let texts;
  /** @type {Set<string> | undefined} */
  let matches;

  /** @param {Element} link */
  function idOf(link) {
    return link.getAttribute('data-step') ?? '';
  }

  /** Shows one step; the others are there for the search and for paper. @param {string} id @param {{ reveal?: boolean, write?: boolean }} [how] */
  function choose(id, { reveal = false, write = true } = {}) {
    const article = articles.find((each) => each.id === id);
    if (article === undefined) return;
    chosen = id;
    for (const each of articles) each.hidden = each !== article;
    for (const [each, node] of nodes) {
      node.classList.toggle('chosen', each === id);
      // One stop for the tab key: the arrows go on from there.
      node.setAttribute('tabindex', each === id ? '0' : '-1');
      if (each === id) node.setAttribute('aria-current', 'true');
      else node.removeAttribute('aria-current');
    }
    for (const row of rows) row.classList.toggle('chosen', row.getAttribute('data-row') === id);
    details.scrollTop = 0;
    if (write) history.replaceState(null, '', `#${id}`);
    if (reveal) {
      const node = nodes.get(id);
      if (node !== undefined) center(node);
      for (const row of rows) if (row.getAttribute('data-row') === id) show(row);
    }
  }

  /** Brings a row into the list that it stands in, without moving the page. @param {Element} row */
  function show(row) {
    const list = row.closest('.timeline, .scroll');
    if (list === null || list.scrollHeight <= list.clientHeight) return;
    const [inner, outer] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
    const isIn = inner.top >= outer.top + 40 && inner.bottom <= outer.bottom;
    if (!isIn) list.scrollTop += inner.top - outer.top - outer.height / 2;
  }

  /** Brings a node into the canvas without moving the page. @param {Element} node */
  function center(node) {
    const [inner, outer] = [node.getBoundingClientRect(), canvas.getBoundingClientRect()];
    const isIn =
      inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
    if (isIn) return;
    canvas.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
    canvas.scrollTop += inner.top + inner.height / 2 - (outer.top + outer.height / 2);
  }

  function textsOf() {
    texts ??= new Map(
      articles.map((article) => [article.id, (article.textContent ?? '').replaceAll(/\s+/g, ' ').toLowerCase()]),
    );
    return texts;
  }

  function narrow() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    matches = undefined;
    if (words.length > 0 || wantedState !== undefined) {
      matches = new Set(
        ids.filter((id) => {
          const text = words.length === 0 ? '' : (textsOf().get(id) ?? '');
          const isState = wantedState === undefined || nodes.get(id)?.classList.contains(wantedState);
          return isState && words.every((word) => text.includes(word));
        }),
      );
    }
    for (const [id, node] of nodes) node.classList.toggle('dim', matches !== undefined && !matches.has(id));
    for (const row of rows) {
      const id = row.getAttribute('data-row') ?? '';
      /** @type {HTMLElement} */ (row).hidden = matches !== undefined && !matches.has(id);
    }
    found.textContent = matches === undefined ? '' : `${matches.size} of ${ids.length} steps`;
    const [first] = matches ?? [];
    if (first !== undefined && !matches?.has(chosen)) choose(first, { reveal: true });
  }

  /** The next of the steps that are not hidden by the search. @param {number} by @param {(id: string) => boolean} [isMeant] */
  function step(by, isMeant = () => true) {
    const here = ids.indexOf(chosen);
    for (let count = 1; count <= ids.length; count++) {
      const id = ids[(((here + by * count) % ids.length) + ids.length) % ids.length] ?? '';
      if ((matches === undefined || matches.has(id)) && isMeant(id)) return choose(id, { reveal: true });
    }
  }

  /** To the nearest node in a direction. @param {string} key */
  function walk(key) {
    const from = nodes.get(chosen)?.getBoundingClientRect();
    if (from === undefined) return;
    const isAcross = key === 'ArrowLeft' || key === 'ArrowRight';
    const sense = key === 'ArrowRight' || key === 'ArrowDown' ? 1 : -1;
    let best = '';
    let least = Infinity;
    for (const [id, node] of nodes) {
      const to = node.getBoundingClientRect();
      const [x, y] = [
        to.left + to.width / 2 - (from.left + from.width / 2),
        to.top + to.height / 2 - (from.top + from.height / 2),
      ];
      const ahead = sense * (isAcross ? x : y);
      const aside = Math.abs(isAcross ? y : x);
      const far = ahead + aside * 2;
      if (ahead > (isAcross ? from.width : from.height) / 2 && far < least) [best, least] = [id, far];
    }
    if (best === '') return;
    choose(best, { reveal: true });
    /** @type {SVGAElement} */ (nodes.get(best)).focus({ preventScroll: true });
  }

  const [wide, high] = [Number(drawing.getAttribute('width')), Number(drawing.getAttribute('height'))];
  let scale = 1;

  /** @param {number} wanted */
  function zoom(wanted) {
    const before = scale;
    scale = Math.min(2.5, Math.max(0.1, wanted));
    const [x, y] = [canvas.scrollLeft + canvas.clientWidth / 2, canvas.scrollTop + canvas.clientHeight / 2];
    drawing.setAttribute('width', String(wide * scale));
    drawing.setAttribute('height', String(high * scale));
    canvas.scrollLeft = (x * scale) / before - canvas.clientWidth / 2;
    canvas.scrollTop = (y * scale) / before - canvas.clientHeight / 2;
  }

  function fit() {
    const room = Number.parseFloat(getComputedStyle(canvas).maxHeight) || 660;
    return Math.min(1, (canvas.clientWidth - 2) / wide, (room - 2) / high);
  }

  /** @param {string | null} theme */
  function dress(theme) {
    if (theme === 'light' || theme === 'dark') root.setAttribute('data-theme', theme);
  }

  /** A page from a file may have no storage. @param {(storage: Storage) => string | null | void} use */
  function remember(use) {
    try {
      return use(localStorage) ?? null;
    } catch {
      return null;
    }
  }

  function switchTheme() {
    const own = root.getAttribute('data-theme');
    const isDark = own === null ? matchMedia('(prefers-color-scheme: dark)').matches : own === 'dark';
    const next = isDark ? 'light' : 'dark';
    dress(next);
    remember((storage) => storage.setItem('sagemaker-pipelines-theme', next));
  }

  dress(remember((storage) => storage.getItem('sagemaker-pipelines-theme')));
  document.getElementById('theme')?.addEventListener('click', switchTheme);
  document.getElementById('help')?.addEventListener('click', () => keys.showModal());
  search.addEventListener('input', narrow);

  for (const link of links) {
    link.addEventListener('click', (event) => {
      const { ctrlKey, metaKey, shiftKey } = /** @type {MouseEvent} */ (event);
      if (ctrlKey || metaKey || shiftKey) return;
      event.preventDefault();
      choose(idOf(link), { reveal: !drawing.contains(link) });
      // Where the details stand below everything else, a click has to lead there.
      if (getComputedStyle(details).position === 'static') details.scrollIntoView();
    });
  }
  for (const count of counts) {
    count.addEventListener('click', () => {
      const state = count.getAttribute('data-state') ?? undefined;
      wantedState = wantedState === state ? undefined : state;
      for (const each of counts) {
        each.setAttribute('aria-pressed', String(each.getAttribute('data-state') === wantedState));
      }
      narrow();
    });
  }
  for (const button of document.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => {
      const way = button.getAttribute('data-zoom');
      zoom(way === 'fit' ? fit() : way === 'in' ? scale * 1.25 : scale / 1.25);
    });
  }
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(scale * Math.exp(-event.deltaY / 300));
    },
    { passive: false },
  );

  /** @type {{ x: number, y: number, left: number, top: number } | undefined} */
  let grabbed;
  canvas.addEventListener('pointerdown', ({ button, clientX: x, clientY: y, target, pointerType }) => {
    if (button !== 0 || pointerType !== 'mouse' || (target instanceof Element && target.closest('.node'))) return;
    grabbed = { x, y, left: canvas.scrollLeft, top: canvas.scrollTop };
  });
  addEventListener('pointermove', ({ clientX, clientY }) => {
    if (grabbed === undefined) return;
    canvas.classList.add('grabbed');
    canvas.scrollLeft = grabbed.left + grabbed.x - clientX;
    canvas.scrollTop = grabbed.top + grabbed.y - clientY;
  });
  addEventListener('pointerup', () => {
    grabbed = undefined;
    canvas.classList.remove('grabbed');
  });

  addEventListener('hashchange', () => choose(location.hash.slice(1), { reveal: true, write: false }));

  /** What a key does when nobody is writing. @type {Readonly<Record<string, () => void>>} */
  const actions = {
    '/': () => search.focus(),
    j: () => step(1),
    k: () => step(-1),
    f: () => step(1, (id) => nodes.get(id)?.classList.contains('is-failed') ?? false),
    t: switchTheme,
    '?': () => keys.showModal(),
    '+': () => zoom(scale * 1.25),
    '=': () => zoom(scale * 1.25),
    '-': () => zoom(scale / 1.25),
    0: () => zoom(fit()),
  };
  addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (target === search) {
      if (key === 'Escape') {
        search.value = '';
        narrow();
        search.blur();
      } else if (key === 'Enter') {
        event.preventDefault();
        step(event.shiftKey ? -1 : 1);
      }
      return;
    }
    if (key === 'Escape' && (search.value !== '' || wantedState !== undefined)) {
      search.value = '';
      wantedState = undefined;
      for (const count of counts) count.setAttribute('aria-pressed', 'false');
      narrow();
    } else if (key.startsWith('Arrow') && target instanceof Element && drawing.contains(target)) {
      event.preventDefault();
      walk(key);
    } else if (Object.hasOwn(actions, key)) {
      event.preventDefault();
      actions[key]?.();
    }
  });

  // A graph that is a little too large is shown whole; one that would be too small to read is scrolled.
  zoom(fit() < 0.6 ? 0.8 : fit());
  for (const wider of document.querySelectorAll('.lineage')) {
    const own = Number(wider.getAttribute('width'));
    wider.setAttribute('width', String(Math.round(own * Math.min(1, Math.max(0.6, (canvas.clientWidth - 2) / own)))));
    wider.removeAttribute('height');
  }
  const failed = ids.find((id) => nodes.get(id)?.classList.contains('is-failed'));
  const asked = location.hash.slice(1);
  choose(ids.includes(asked) ? asked : (failed ?? ids[0] ?? ''), { reveal: true, write: false });
  // What was revealed must not have moved the page itself.
  if (!ids.includes(asked) && asked === '') scrollTo(0, 0);
}
