/** @file The engine's worker on a machine whose only graphics is a WebGL card. */
import './webglOnly';
import '../../src/workers/train/train.worker';
