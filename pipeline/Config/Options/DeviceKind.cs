namespace Anneal.Pipeline.Config.Options;

internal enum DeviceKind
{
    Auto,
    Cpu,
    Cuda,
}
