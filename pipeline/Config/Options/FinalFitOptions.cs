using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record FinalFitOptions
{
    [Key("fit", "the rows to train on: all but those of the test", IsPrimary = true)]
    public FitRows Fit { get; init; } = FitRows.TrainAndValidation;
}
