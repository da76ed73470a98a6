import type { Attachment } from 'svelte/attachments';

/**
 * For a box that scrolls sideways: sets data-more="left right" to the sides where content is hidden, for styling;
 * calls `tell` with whether the content is wider than the box.
 */
export const goesOn =
  (tell: (wider: boolean) => void): Attachment<HTMLElement> =>
  (box) => {
    const look = () => {
      const beyond = box.scrollWidth - box.clientWidth;
      const sides = [box.scrollLeft > 1 && 'left', box.scrollLeft < beyond - 1 && 'right'];
      box.dataset['more'] = sides.filter(Boolean).join(' ');
      tell(beyond > 1);
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(box);
    for (const child of box.children) sizes.observe(child);
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      box.removeEventListener('scroll', look);
    };
  };
