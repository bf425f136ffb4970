using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("gru", "gated recurrent unit, its reset gate after the recurrent product, over [N, time, features]")]
internal sealed record GruOptions : RecurrentOptions;
