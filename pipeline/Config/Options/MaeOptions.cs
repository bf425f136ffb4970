using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("mae", "absolute error of the standardised number; of a regression")]
internal sealed record MaeOptions : LossOptions;
