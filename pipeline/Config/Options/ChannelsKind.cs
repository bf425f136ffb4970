namespace Anneal.Pipeline.Config.Options;

internal enum ChannelsKind
{
    Rgb,
    Gray,
}
