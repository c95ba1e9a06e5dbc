/** A configuration that a channel cannot have, or bytes that are none. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
}

const LENGTH_MAX = 249;
const legal = /^[a-z][a-z0-9.-]*$/;

/** Throws {@link ConfigInvalid} with Fabric's words (common/configtx/validator.go, ValidateChannelID). */
export function checkChannelId(channelId: string): void {
  if (channelId === '') throw new ConfigInvalid('channel ID illegal, cannot be empty');
  if (Buffer.byteLength(channelId) > LENGTH_MAX) throw new ConfigInvalid(`channel ID illegal, cannot be longer than ${LENGTH_MAX}`);
  if (!legal.test(channelId)) throw new ConfigInvalid(`'${channelId}' contains illegal characters`);
}
