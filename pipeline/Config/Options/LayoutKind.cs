namespace Anneal.Pipeline.Config.Options;

internal enum LayoutKind
{
    AsRead,
    Nchw,
    Nhwc,
    Encoded,
}
