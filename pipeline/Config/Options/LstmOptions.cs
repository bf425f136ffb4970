using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("lstm", "long short-term memory over [N, time, features]")]
internal sealed record LstmOptions : RecurrentOptions;
