using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("poisson", "likelihood of a count, the prediction being an exponential; of a regression")]
internal sealed record PoissonOptions : LossOptions;
