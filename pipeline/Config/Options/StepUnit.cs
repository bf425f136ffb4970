namespace Anneal.Pipeline.Config.Options;

internal enum StepUnit
{
    Epoch,
    Step,
}
