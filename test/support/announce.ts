/** @file Playwright's global set-up: prints how much of the slow checks this run does. */
import { saySizes } from './deep';

export default function announce(): void {
  console.log(saySizes());
}
