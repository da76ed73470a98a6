/** Counts the changes of the style sheet's colours, for `theme`, so that the frame of the page needs no palette. */
class Styles {
  changes = $state(0);
}

export const styles = new Styles();
