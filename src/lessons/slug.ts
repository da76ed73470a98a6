/** @file The name of a step or an exercise in a URL: small letters, digits and hyphens. */
import { text } from '../core/schema';

export const slug = text({
  longest: 64,
  like: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  should: 'small letters, digits and hyphens',
});
