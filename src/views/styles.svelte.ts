/** Counts the changes of the style sheet's colours, for `theme`, so that the frame of the page needs no palette. */
class Styles {
  changes = $state(0);
  /** The element whose colours canvases take, if it is not the page: a widget in a notebook has its own. */
  scope = $state.raw<Element | undefined>();
}

export const styles = new Styles();
