/** @file Exports a figure: the SVG on the page with its colours inlined, the same SVG as PNG, a table as CSV. */

/** Properties that a stylesheet sets on a drawing; an exported file has no stylesheet. */
const STYLED = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity'],
  ...['stroke-linejoin', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor'],
];
/** PNG pixels per page pixel. */
const SHARP = 3;

export interface Caption {
  readonly title: string;
  readonly provenance: string;
}

/** A standalone document: title, provenance, colours, background. */
function svgText(svg: SVGSVGElement, { title, provenance }: Caption): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [from, to] = [svg, copy].map((root) => [root, ...root.querySelectorAll('*')]);
  to!.forEach((element, i) => {
    const style = getComputedStyle(from![i]!);
    for (const name of STYLED) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute('class');
    element.removeAttribute('style'); // its var(--…) is undefined in a file, and would take precedence
  });
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const make = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name);
  const paper = make('rect');
  paper.setAttribute('width', '100%');
  paper.setAttribute('height', '100%');
  paper.setAttribute('fill', getComputedStyle(document.body).getPropertyValue('--panel').trim());
  const [name, about] = [make('title'), make('desc')];
  name.textContent = title;
  about.textContent = provenance;
  copy.prepend(name, about, paper);
  return new XMLSerializer().serializeToString(copy);
}

export const svgBlob = (svg: SVGSVGElement, caption: Caption): Blob =>
  new Blob([svgText(svg, caption)], { type: 'image/svg+xml' });

export async function pngBlob(svg: SVGSVGElement, caption: Caption): Promise<Blob> {
  const { width, height } = svg.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg, caption))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.round(SHARP * width), Math.round(SHARP * height)];
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) =>
      blob ? resolve(blob) : reject(new Error('the picture could not be made')),
    );
  });
}

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Some browsers start reading only after the click has ended.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
