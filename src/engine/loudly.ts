/** Rethrown as an error of the worker, which its page notices; a rejected promise would go unnoticed. */
export function loudly(cause: unknown): void {
  setTimeout(() => {
    throw cause;
  });
}
