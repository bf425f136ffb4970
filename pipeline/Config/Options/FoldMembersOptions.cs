using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("folds", "the models of all folds of 'data.split'")]
internal sealed record FoldMembersOptions : MembersOptions;
