import { HeadraceError } from '../../../core/errors.js';

/** The error of an object that was there once. @param message - names it. */
export function lostObject(message: string): HeadraceError {
  return new HeadraceError('ArtifactMissingError', message, {
    remedy:
      'Look whether a lifecycle rule of the bucket deletes objects of the store, and end it. Then start the run again: what is missing is made again.',
  });
}
