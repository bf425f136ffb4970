namespace Anneal.Pipeline.Config.Options;

internal enum CaptureKind
{
    Auto,
    On,
    Off,
}
