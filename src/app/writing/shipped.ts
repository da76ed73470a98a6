/** @file The models that come with the site: their cards at once, their weights when one is chosen. */
import { fetched, reasonOf } from '../../workers/fetched';
import { readCard, type Card } from '../../model/files/card';

const cards = import.meta.glob<Card>('/models/*.json', { eager: true, import: 'default' });
const files = import.meta.glob<string>('/models/*.zip', {
  eager: true,
  query: '?url',
  import: 'default',
});

export interface Shipped {
  readonly card: Card;
  readonly url: string;
}

const ORDER = ['global', 'grouped', 'local', 'approximate'];
const TEXTS = ['moby-dick-512', 'sotu-512', 'moby-dick-128', 'marker', 'facts'];
const place = ({ id, spec }: Card) =>
  ORDER.length * TEXTS.findIndex((start) => id.startsWith(start)) + ORDER.indexOf(spec.plan);

/** Text first, then tasks; the plans in their order. */
export const shipped: readonly Shipped[] = Object.entries(cards)
  .map(([path, card]) => ({ card: readCard(card), url: files[path.replace(/json$/, 'zip')]! }))
  .sort((a, b) => place(a.card) - place(b.card));

export async function fetchShipped({ card, url }: Shipped): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await fetched(url);
  } catch (cause) {
    throw new Error(
      `The model ${card.title} could not be loaded (${reasonOf(cause)}); reload the page.`,
      { cause },
    );
  }
}
