using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>Files to read rows from.</summary>
[OneOf(typeof(IdxOptions), typeof(CsvOptions), typeof(ImagesOptions), typeof(NpyOptions))]
internal abstract record SourceOptions;
