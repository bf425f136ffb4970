using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("mse", "squared error of the standardised number; of a regression")]
internal sealed record MseOptions : LossOptions;
