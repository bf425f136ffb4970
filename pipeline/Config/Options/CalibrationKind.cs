namespace Anneal.Pipeline.Config.Options;

internal enum CalibrationKind
{
    MinMax,
    Percentile,
    Entropy,
}
