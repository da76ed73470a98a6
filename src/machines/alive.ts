/**
 * @file Work on a device that ends when the device is lost.
 *
 * According to the specification every promise of a lost device settles; a GPU process that hangs or a driver that dies
 * leaves some pending. We rely only on `device.lost`.
 */

interface Watch {
  /** Reject functions of the work under way. */
  readonly waiting: Set<(cause: Error) => void>;
  lost?: Error;
}

const watches = new WeakMap<GPUDevice, Watch>();

/** The browser's message about a loss. */
export const saidOfLoss = ({ message, reason }: GPUDeviceLostInfo): string => message || reason;

/** Settles as `work` does, or rejects in words once the device is lost. */
export function alive<T>(device: GPUDevice, work: Promise<T>): Promise<T> {
  const watch = watchOf(device);
  return new Promise((resolve, reject) => {
    if (watch.lost) reject(watch.lost);
    watch.waiting.add(reject);
    work.then(resolve, reject).finally(() => watch.waiting.delete(reject));
  });
}

/** One per device: racing `device.lost` for each read would keep every race as long as the device. */
function watchOf(device: GPUDevice): Watch {
  const known = watches.get(device);
  if (known) return known;
  const watch: Watch = { waiting: new Set() };
  watches.set(device, watch);
  void device.lost.then((info) => {
    watch.lost = new Error(`The graphics device was lost (${saidOfLoss(info)}).`);
    for (const reject of watch.waiting) reject(watch.lost);
    watch.waiting.clear();
  });
  return watch;
}
