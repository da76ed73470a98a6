import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { read } from '../../../src/attention/parse';
import { layerOf } from '../../../src/masks/doc';
import widget from '../../../src/notebook/widget';
import { writeState } from '../../../src/notebook/state';

/** As anywidget makes it, without Python. */
class FakeModel {
  readonly #values: Map<string, unknown>;
  readonly listeners = new Map<string, Set<() => void>>();

  constructor(values: Readonly<Record<string, unknown>>) {
    const traits = { part: 0, layer: 0, cell: null, other: '', height: 0, mark: 'abc123' };
    this.#values = new Map(Object.entries({ ...traits, ...values }));
  }
  get(name: string) {
    return this.#values.get(name);
  }
  set(name: string, value: unknown) {
    this.#values.set(name, value);
    for (const act of this.listeners.get(`change:${name}`) ?? []) act();
  }
  save_changes() {
    return;
  }
  on(event: string, act: () => void) {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(act));
  }
  off(event: string, act: () => void) {
    this.listeners.get(event)?.delete(act);
  }
  get count() {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

const layers = (...texts: readonly string[]) => texts.map((text) => layerOf(read(text)));
const wide = { of: '', doc: { T: 16, layers: layers('causal & window(5)') }, says: 'A window.' };
const stack = {
  of: 'a stack',
  doc: { T: 16, layers: layers('causal & window(4)', 'causal & window(4)', 'causal') },
  says: 'Three layers.',
};

let area: HTMLElement;
let cleanups: (() => void)[];
beforeEach(() => {
  area = document.createElement('div');
  area.style.width = '800px';
  document.body.append(area);
  cleanups = [];
});
afterEach(() => {
  cleanups.forEach((act) => act());
  area.remove();
  for (const name of ['jpThemeLight', 'vscodeThemeKind']) delete document.body.dataset[name];
  document.documentElement.removeAttribute('theme');
  document.documentElement.classList.remove('dark');
});

function show(model: FakeModel, el = area) {
  const cleanup = widget.render({ model, el });
  cleanups.push(cleanup);
  return { cleanup, host: [...el.querySelectorAll<HTMLElement>('.zebra-lab')].at(-1)! };
}
const wrong = () =>
  new FakeModel({
    state: writeState([{ ...wide, meant: 'causal & window(4)' }]),
    other: 'causal & window(4)',
  });

describe('the widget', () => {
  test('shows the finding, and tells Python the cell that it leads to', async () => {
    const model = wrong();
    show(model);
    await expect.element(page.getByText(/Query 4 reads 5 keys/)).toBeVisible();
    expect(model.get('cell')).toBeNull();
    await page.getByRole('button', { name: 'query 4, key 0' }).click();
    await expect.element(page.getByText(/query 4 reads 5 of 16 keys/)).toBeVisible();
    expect(model.get('cell')).toEqual({ query: 4, key: 0 });
  });

  test('tells Python the cell under a click, and follows the keyboard', async () => {
    const model = wrong();
    const { host } = show(model);
    const shell = host.shadowRoot!.querySelector<HTMLElement>('.shell')!;
    await expect.poll(() => shell.clientHeight).toBeGreaterThan(100);
    const cell = shell.clientWidth / 16;
    await userEvent.click(shell, { position: { x: 3.5 * cell, y: 7.5 * cell } });
    await expect.poll(() => model.get('cell')).toEqual({ query: 7, key: 3 });
    await userEvent.keyboard('{ArrowRight}{ArrowDown}{Enter}');
    await expect.poll(() => model.get('cell')).toEqual({ query: 8, key: 4 });
    await expect.element(page.getByText(/query 8 reads 5 of 16 keys/)).toBeVisible(); // Enter changed nothing
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => model.get('cell')).toBeNull();
  });

  test('follows what Python sets, in every place where it is displayed', async () => {
    const model = new FakeModel({ state: writeState([stack]) });
    const [one, two] = [show(model), show(model)];
    model.set('layer', 2);
    model.set('cell', { query: 9, key: 2 });
    for (const { host } of [one, two]) {
      const words = () => host.shadowRoot!.textContent;
      await expect.poll(words).toMatch(/query 9 reads 10 of 16 keys/);
      expect(words()).toMatch(/Layer 3/);
    }
    model.set('other', 'causal & window(9)');
    await expect.poll(() => one.host.shadowRoot!.textContent).toMatch(/28\s+cells differ/);
  });

  test('offers several masks by name', async () => {
    const model = new FakeModel({ state: writeState([{ ...wide, of: 'one' }, stack]) });
    show(model);
    await page.getByRole('combobox', { name: 'Which mask' }).selectOptions('a stack');
    await expect.element(page.getByText('Three layers.')).toBeVisible();
    expect(model.get('part')).toBe(1);
    model.set('part', 0);
    await expect.element(page.getByText('A window.')).toBeVisible();
  });

  test('leaves nothing behind', () => {
    const [styles, model] = [document.head.childElementCount, wrong()];
    const [one, two] = [show(model), show(model)];
    one.cleanup();
    expect(area.querySelectorAll('.zebra-lab').length).toBe(1);
    expect(model.count).toBeGreaterThan(0);
    two.cleanup();
    expect(area.childElementCount).toBe(0);
    expect(model.count).toBe(0);
    expect(document.head.childElementCount).toBe(styles);
    cleanups = [];
  });

  test('says in a sentence that it was not saved whole', async () => {
    show(new FakeModel({ state: writeState([wide]).slice(0, 40) }));
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('what the widget shows was not saved whole; run the cell again.');
  });

  test('hides the picture that stands in for it, and shows it again', () => {
    const still = document.createElement('p');
    still.className = 'zebra-lab-still zebra-lab-still-abc123';
    still.textContent = 'a picture';
    area.append(still);
    const { cleanup } = show(wrong());
    expect(getComputedStyle(still).display).toBe('none');
    cleanup();
    expect(getComputedStyle(still).display).toBe('block');
    cleanups = [];
  });
});

describe('in a notebook', () => {
  test.each<[string, () => void]>([
    ['JupyterLab', () => (document.body.dataset['jpThemeLight'] = 'false')],
    ['VS Code', () => (document.body.dataset['vscodeThemeKind'] = 'vscode-dark')],
    ['Colab', () => document.documentElement.setAttribute('theme', 'dark')],
    ['marimo', () => document.documentElement.classList.add('dark')],
  ])('it is dark when %s is', async (_, darken) => {
    const { host } = show(wrong());
    const root = host.shadowRoot!.querySelector<HTMLElement>('.root')!;
    const paper = () => getComputedStyle(root).getPropertyValue('--paper').trim();
    const pixel = () => {
      const canvas = host.shadowRoot!.querySelector('canvas')!;
      return [...canvas.getContext('2d')!.getImageData(canvas.width - 9, 9, 1, 1).data];
    };
    await expect.poll(pixel).toEqual([242, 240, 234, 255]);
    expect(paper()).toBe('#fbfaf7');
    darken();
    await expect.poll(() => root.dataset['theme']).toBe('dark');
    expect(paper()).toBe('#121211');
    await expect.poll(pixel).toEqual([38, 37, 35, 255]);
  });

  test('the styles of its page end at the widget', async () => {
    const style = document.createElement('style');
    style.textContent =
      '* { color: red !important; letter-spacing: 3px; } button { display: none !important; } :root { --ink: red; }';
    document.head.append(style);
    cleanups.push(() => style.remove());
    const { host } = show(wrong());
    await expect.element(page.getByRole('button', { name: 'query 4, key 0' })).toBeVisible();
    const what = host.shadowRoot!.querySelector('.what')!;
    expect(getComputedStyle(what).letterSpacing).toBe('normal');
    expect(getComputedStyle(what).color).not.toBe('rgb(255, 0, 0)');
  });

  test('shows weights that Python sends, the weight of the cell, and asks for another head', async () => {
    const doc = { T: 4, layers: layers('causal') };
    const tokens = ['The', ' zebra', ' drinks', '.'];
    const cells = new Uint8Array(16).fill(90);
    const model = new FakeModel({
      state: writeState([{ of: '', says: 'Causal.', doc, tokens }]),
      cell: { query: 3, key: 1 },
      weights: new DataView(cells.buffer),
      weighed: {
        ...{ side: 4, size: 4, high: 4, queries: 4, computed: true },
        ...{ part: 0, layer: 0, head: 0, heads: 3 },
        cell: { query: 3, key: 1 },
        weight: 0.125,
      },
    });
    show(model);
    await expect
      .element(page.getByText('Query 3 “.”, key 1 “ zebra”: weight 0.125.'))
      .toBeVisible();
    const head = page.getByLabelText('Head', { exact: true });
    await head.selectOptions('2');
    expect(model.get('head')).toBe(2);
    await expect.element(head).toHaveValue('0'); // the head of the picture, until Python answers
    model.set('cell', { query: 2, key: 1 }); // Python has not answered yet
    await expect.element(page.getByText(/weight 0/)).not.toBeInTheDocument();
    model.set('weights', new DataView(new ArrayBuffer(3))); // not of this picture
    await expect.element(page.getByText(/Weights of layer/)).not.toBeInTheDocument();
  });

  test('weights of one step are not shown beside the mask of another', async () => {
    const doc = { T: 2, layers: layers('causal') };
    const of = (name: string) => ({ of: name, says: 'Causal.', doc });
    const model = new FakeModel({
      state: writeState([of('prefill'), of('token 1')]),
      weights: new DataView(new ArrayBuffer(4)),
      weighed: {
        ...{ side: 2, size: 2, high: 2, queries: 2, computed: false },
        ...{ part: 0, layer: 0, head: 0, heads: 1 },
      },
    });
    show(model);
    const weights = page.getByRole('heading', { name: /Weights of layer 1/ });
    await expect.element(weights).toBeVisible();
    await page.getByRole('combobox', { name: 'Which mask' }).selectOptions('token 1');
    await expect.element(weights).not.toBeInTheDocument();
  });

  test('names the tokens of the cell without weights, too', async () => {
    const doc = { T: 3, layers: layers('causal') };
    const tokens = ['The', ' zebra', ' drinks'];
    const cell = { query: 1, key: 2 };
    show(new FakeModel({ state: writeState([{ of: '', says: 'Causal.', doc, tokens }]), cell }));
    await expect
      .element(page.getByText('Key 2 “ drinks” is blocked for “ zebra”: causal.'))
      .toBeVisible();
  });

  test('letters typed in it stay in it, and keys with Control are the notebook’s', async () => {
    const heard: string[] = [];
    const hear = (event: KeyboardEvent) => heard.push(event.key);
    document.addEventListener('keydown', hear);
    const suppressed: boolean[] = [];
    const { host } = show(wrong());
    // As JupyterLab listens.
    const first = () => suppressed.push(host.hasAttribute('data-lm-suppress-shortcuts'));
    document.addEventListener('keydown', first, true);
    cleanups.push(() => {
      document.removeEventListener('keydown', hear);
      document.removeEventListener('keydown', first, true);
    });
    await page.getByLabelText('Compare with').click();
    await userEvent.keyboard('d');
    await userEvent.keyboard('{Control>}m{/Control}');
    expect(heard).toEqual(['Control', 'm']);
    expect(suppressed).toEqual([true, false, false]);
  });
});
