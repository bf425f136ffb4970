namespace Anneal.Pipeline.Config.Options;

internal enum CalibrateKind
{
    None,
    Temperature,
}
