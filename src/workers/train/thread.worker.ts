/** @file One of the threads that share the launches of WebAssembly. */
import { Hand, type Order } from '../../machines/hand';

const hand = new Hand();

globalThis.addEventListener('message', (event) => hand.obey((event as MessageEvent<Order>).data));
