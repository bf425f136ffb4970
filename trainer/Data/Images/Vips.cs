using System.Globalization;
using System.Runtime.InteropServices;
using Anneal.Onnx;
using Anneal.Trainer.Data.Augment;

namespace Anneal.Trainer.Data.Images;

/// <summary>Decodes images by libvips: JPEG, PNG, WebP, GIF, TIFF and whatever else the library at hand reads.</summary>
/// <remarks>Any number of threads may decode. The text of an error is the library's, which keeps one buffer for all threads.</remarks>
internal static unsafe partial class Vips
{
    private const string Library = "vips";
    private const long MaxPixels = 1L << 28;
    private const int UChar = 0;
    private const int BlackAndWhite = 1;
    private const int Srgb = 22;

    // A strip is computed on the thread that asks for it; the library's own writing to memory starts a thread for each image.
    private const int StripRows = 64;
    private static readonly byte[] s_jpegMark = [0xFF, 0xD8, 0xFF];
    private static readonly Lazy<AnnealException?> s_problem = new(Start);

    /// <summary>Loads the library, once.</summary>
    /// <exception cref="AnnealException">It is not there, or does not start.</exception>
    public static void EnsureStarted()
    {
        if (s_problem.Value is { } problem)
        {
            throw problem;
        }
    }

    /// <summary>Decodes an image, turned upright as its orientation says, transparency laid over black.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="size">Height and width to stretch it to, in pixels; null to leave them.</param>
    /// <param name="destination">Receives the pixels, [C, H, W], of an image of shape <paramref name="expected"/>; is left alone by any other.</param>
    /// <returns>The image's shape, and what it was before it was stretched.</returns>
    /// <exception cref="AnnealException">The file is damaged or no image.</exception>
    public static (ImageShape Shape, ImageShape Source) Decode(ReadOnlySpan<byte> file, int channels, (int Height, int Width)? size, ImageShape expected, Span<byte> destination)
    {
        ErrorClear();
        fixed (byte* start = file)
        {
            using var source = new Handle(SourceNewFromMemory(start, (nuint)file.Length));
            string loader = LoaderOf(source, file);
            using Handle image = Open(source, loader, "sequential");
            if ((long)ImageGetWidth(image.Value) * ImageGetHeight(image.Value) > MaxPixels)
            {
                throw AnnealException.BadData($"an image of {ImageGetHeight(image.Value)}×{ImageGetWidth(image.Value)} pixels, of at most {MaxPixels} that are read");
            }

            using Handle upright = ImageGetOrientation(image.Value) > 1 ? Upright(source, loader) : image.Share();
            using Handle opaque = ImageHasAlpha(upright.Value) != 0 ? Apply(upright, "flatten") : upright.Share();
            int space = channels == 1 ? BlackAndWhite : Srgb;
            bool isInSpace = ImageGetBands(opaque.Value) == channels && ImageGetFormat(opaque.Value) == UChar && ImageGetInterpretation(opaque.Value) == space;
            using Handle coloured = isInSpace ? opaque.Share() : Apply(opaque, "colourspace", ("space", channels == 1 ? "b-w" : "srgb"));
            using Handle sized = size is not var (height, width) || (ImageGetHeight(coloured.Value) == height && ImageGetWidth(coloured.Value) == width)
                ? coloured.Share()
                : Apply(coloured, "thumbnail_image", ("width", Text(width)), ("height", Text(height)), ("size", "force"));
            var shape = new ImageShape(channels, ImageGetHeight(sized.Value), ImageGetWidth(sized.Value));
            if (shape == expected)
            {
                ReadPixels(sized, shape, destination);
            }

            return (shape, new ImageShape(channels, ImageGetHeight(coloured.Value), ImageGetWidth(coloured.Value)));
        }
    }

    /// <summary>Frees what the library keeps for this thread; called when a thread has decoded its last image.</summary>
    [LibraryImport(Library, EntryPoint = "vips_thread_shutdown")]
    public static partial void ThreadShutdown();

    private static AnnealException? Start()
    {
        try
        {
            if (Init("anneal") != 0)
            {
                return AnnealException.BadData($"libvips does not start: {Error()}");
            }

            // One thread an image: the images themselves are spread over the cores.
            ConcurrencySet(1);
            CacheSetMax(0);
            BlockUntrustedSet(1);
            return null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return new AnnealException(
                ExitCode.Data,
                $"libvips, which decodes images, does not load: {error.Message}",
                "build again: the build fetches it from npm (@img/sharp-libvips); it is there for 64-bit Linux with glibc, macOS and Windows",
                error);
        }
    }

    // Asking every loader costs as much as a small image's own.
    private static string LoaderOf(Handle source, ReadOnlySpan<byte> file) => file.StartsWith(s_jpegMark)
        ? "jpegload_source"
        : Marshal.PtrToStringUTF8((nint)ForeignFindLoadSource(source.Value)) ?? throw Failure();

    private static Handle Open(Handle source, string loader, string access) =>
        Call(loader, "source", SourceGetType(), source, ("access", access), ("fail_on", "warning"));

    // Turning reads rows out of their order, which a sequential image refuses.
    private static Handle Upright(Handle source, string loader)
    {
        using Handle image = Open(source, loader, "random");
        return Apply(image, "autorot");
    }

    private static void ReadPixels(Handle image, ImageShape shape, Span<byte> destination)
    {
        if (ImageGetBands(image.Value) != shape.Channels || ImageGetFormat(image.Value) != UChar)
        {
            throw AnnealException.BadData($"{ImageGetBands(image.Value)} channels in {InterpretationName(image)}, expected {shape.Channels}");
        }

        using var region = new Handle(RegionNew(image.Value));
        int area = shape.Height * shape.Width;
        for (int top = 0; top < shape.Height; top += StripRows)
        {
            byte* pixels = RegionFetch(region.Value, 0, top, shape.Width, Math.Min(StripRows, shape.Height - top), out nuint length);
            if (pixels is null)
            {
                throw Failure();
            }

            try
            {
                var strip = new ReadOnlySpan<byte>(pixels, checked((int)length));
                for (int channel = 0; channel < shape.Channels; channel++)
                {
                    Span<byte> to = destination.Slice((channel * area) + (top * shape.Width), strip.Length / shape.Channels);
                    for (int i = 0; i < to.Length; i++)
                    {
                        to[i] = strip[(i * shape.Channels) + channel];
                    }
                }
            }
            finally
            {
                Free(pixels);
            }
        }
    }

    private static Handle Apply(Handle image, string operation, params ReadOnlySpan<(string Name, string Value)> arguments) =>
        Call(operation, "in", ImageGetType(), image, arguments);

    /// <summary>The image that one of the library's operations makes of an object, its other arguments given as text.</summary>
    private static Handle Call(string operation, string input, nuint type, Handle item, params ReadOnlySpan<(string Name, string Value)> arguments)
    {
        using var call = new Handle(OperationNew(operation));
        var value = default(GValue);
        ValueInit(ref value, type);
        try
        {
            ValueSetObject(ref value, item.Value);
            ObjectSetProperty(call.Value, input, ref value);
            foreach ((string name, string text) in arguments)
            {
                Check(ObjectSetArgumentFromString(call.Value, name, text));
            }

            Check(ObjectBuild(call.Value));
            ValueUnset(ref value);
            ValueInit(ref value, ImageGetType());
            ObjectGetProperty(call.Value, "out", ref value);
            return new Handle(ValueDupObject(ref value));
        }
        finally
        {
            ValueUnset(ref value);
            ObjectUnrefOutputs(call.Value);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? InterpretationName(Handle image) =>
        Marshal.PtrToStringUTF8((nint)EnumNick(InterpretationGetType(), ImageGetInterpretation(image.Value)));

    private static void Check(int status)
    {
        if (status != 0)
        {
            throw Failure();
        }
    }

    private static AnnealException Failure() => AnnealException.BadData($"libvips: {Error()}");

    private static string Error()
    {
        string text = Marshal.PtrToStringUTF8((nint)ErrorBuffer()) ?? "";
        ErrorClear();
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "no reason given" : string.Join("; ", lines);
    }

    [LibraryImport(Library, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Init(string program);

    [LibraryImport(Library, EntryPoint = "vips_concurrency_set")]
    private static partial void ConcurrencySet(int threads);

    [LibraryImport(Library, EntryPoint = "vips_cache_set_max")]
    private static partial void CacheSetMax(int operations);

    [LibraryImport(Library, EntryPoint = "vips_block_untrusted_set")]
    private static partial void BlockUntrustedSet(int state);

    [LibraryImport(Library, EntryPoint = "vips_error_buffer")]
    private static partial byte* ErrorBuffer();

    [LibraryImport(Library, EntryPoint = "vips_error_clear")]
    private static partial void ErrorClear();

    [LibraryImport(Library, EntryPoint = "vips_source_new_from_memory")]
    private static partial nint SourceNewFromMemory(byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "vips_source_get_type")]
    private static partial nuint SourceGetType();

    [LibraryImport(Library, EntryPoint = "vips_foreign_find_load_source")]
    private static partial byte* ForeignFindLoadSource(nint source);

    [LibraryImport(Library, EntryPoint = "vips_image_get_width")]
    private static partial int ImageGetWidth(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_height")]
    private static partial int ImageGetHeight(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_bands")]
    private static partial int ImageGetBands(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_format")]
    private static partial int ImageGetFormat(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_interpretation")]
    private static partial int ImageGetInterpretation(nint image);

    [LibraryImport(Library, EntryPoint = "vips_interpretation_get_type")]
    private static partial nuint InterpretationGetType();

    [LibraryImport(Library, EntryPoint = "vips_enum_nick")]
    private static partial byte* EnumNick(nuint type, int value);

    [LibraryImport(Library, EntryPoint = "vips_image_get_orientation")]
    private static partial int ImageGetOrientation(nint image);

    [LibraryImport(Library, EntryPoint = "vips_image_hasalpha")]
    private static partial int ImageHasAlpha(nint image);

    [LibraryImport(Library, EntryPoint = "vips_region_new")]
    private static partial nint RegionNew(nint image);

    [LibraryImport(Library, EntryPoint = "vips_region_fetch")]
    private static partial byte* RegionFetch(nint region, int left, int top, int width, int height, out nuint length);

    [LibraryImport(Library, EntryPoint = "vips_image_get_type")]
    private static partial nuint ImageGetType();

    [LibraryImport(Library, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OperationNew(string name);

    [LibraryImport(Library, EntryPoint = "vips_object_set_argument_from_string", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ObjectSetArgumentFromString(nint item, string name, string value);

    [LibraryImport(Library, EntryPoint = "vips_object_build")]
    private static partial int ObjectBuild(nint item);

    [LibraryImport(Library, EntryPoint = "vips_object_unref_outputs")]
    private static partial void ObjectUnrefOutputs(nint item);

    [LibraryImport(Library, EntryPoint = "g_value_init")]
    private static partial nint ValueInit(ref GValue value, nuint type);

    [LibraryImport(Library, EntryPoint = "g_value_set_object")]
    private static partial void ValueSetObject(ref GValue value, nint item);

    [LibraryImport(Library, EntryPoint = "g_value_dup_object")]
    private static partial nint ValueDupObject(ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_value_unset")]
    private static partial void ValueUnset(ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void ObjectSetProperty(nint item, string name, ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void ObjectGetProperty(nint item, string name, ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_object_ref")]
    private static partial nint ObjectRef(nint item);

    [LibraryImport(Library, EntryPoint = "g_object_unref")]
    private static partial void ObjectUnref(nint item);

    [LibraryImport(Library, EntryPoint = "g_free")]
    private static partial void Free(byte* memory);

    [StructLayout(LayoutKind.Sequential)]
    private struct GValue
    {
        public nuint Type;
        public ulong First;
        public ulong Second;
    }

    /// <summary>One reference to an object of the library.</summary>
    private readonly struct Handle : IDisposable
    {
        public Handle(nint value) => Value = value != 0 ? value : throw Failure();

        public nint Value { get; }

        public Handle Share() => new(ObjectRef(Value));

        public void Dispose() => ObjectUnref(Value);
    }
}
