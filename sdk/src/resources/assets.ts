import type { CallOptions, Http } from '../http';

/** A picture that is kept. */
export interface Asset {
  /** A hash of what it shows: the same picture has the same key. */
  key: string;
  /** Where anybody can see it; what is there never changes. */
  url: string;
  contentType: string;
  /** In pixels. */
  width: number;
  height: number;
}

/** Pictures of your products; needs a secret key. Reached as `api.assets`. */
export class AssetsAPI {
  readonly #http: Http;
  readonly #baseUrl: string;

  constructor(http: Http, baseUrl: string) {
    this.#http = http;
    this.#baseUrl = baseUrl;
  }

  /**
   * Uploads a PNG, JPEG, WebP or GIF of up to 10 MiB. It is drawn anew, without the notes of its camera.
   *
   * @example
   * ```ts
   * const { url } = await api.assets.upload(await readFile('mug.png'), 'mug.png');
   * ```
   */
  async upload(file: Blob | ArrayBuffer | Uint8Array, filename: string, options?: CallOptions): Promise<Asset> {
    const body = { filename, data: base64(await bytesOf(file)) };
    const asset = await this.#http.send<Asset>('POST', '/api/assets', { ...options, body });
    return { ...asset, url: new URL(asset.url, this.#baseUrl).toString() };
  }
}

async function bytesOf(file: Blob | ArrayBuffer | Uint8Array): Promise<Uint8Array> {
  if (file instanceof Uint8Array) return file;
  return new Uint8Array(file instanceof ArrayBuffer ? file : await file.arrayBuffer());
}

/** How many bytes become text at once: more arguments than this are too many for a call. */
const AT_ONCE = 0x8000;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(from, from + AT_ONCE));
  }
  return btoa(text);
}
