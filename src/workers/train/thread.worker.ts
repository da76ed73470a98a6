/** @file One of the threads that share the launches of WebAssembly. */
import { Hand, type Order } from '../../machines/hand';

const hand = new Hand();

/** Holds a lock as long as this thread lives: a thread that ends raises no event. */
async function holdLock(): Promise<void> {
  const name = `zebra-thread ${crypto.randomUUID()}`;
  await new Promise<void>((held) => {
    void navigator.locks.request(name, () => {
      held();
      return new Promise(() => {});
    });
  });
  postMessage(name);
}

// Before the first order: with work to do, the thread returns to its event loop for nothing but orders.
if ('locks' in navigator) await holdLock();

globalThis.addEventListener('message', (event) => hand.obey((event as MessageEvent<Order>).data));
