// NestJS' sample 11-swagger: the cats, with a list, a change and a deletion.
import 'reflect-metadata'
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  Query,
  ValidationPipe,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  ApiBadRequestResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiProperty,
  DocumentBuilder,
  PartialType,
  SwaggerModule,
} from '@nestjs/swagger'
import { Type } from 'class-transformer'
import { IsEnum, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator'

enum Breed {
  tabby = 'tabby',
  siamese = 'siamese',
}
class Failure {
  @ApiProperty() statusCode: number
  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }) message: string | string[]
}
class CreateCatDto {
  @ApiProperty({ minLength: 1, maxLength: 40 }) @IsString() @Length(1, 40) name: string
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 30 }) @IsInt() @Min(0) @Max(30) age: number
  @ApiProperty({ enum: Breed }) @IsEnum(Breed) breed: Breed
}
class UpdateCatDto extends PartialType(CreateCatDto) {}
class Cat extends CreateCatDto {
  @ApiProperty({ type: 'integer' }) id: number
}
class ListCats {
  @ApiProperty({ required: false, enum: Breed }) @IsOptional() @IsEnum(Breed) breed?: Breed
  @ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number
}

@Controller('cats')
@ApiBadRequestResponse({ type: Failure })
class CatsController {
  cats = new Map<number, Cat>()
  last = 0

  find(id: number): Cat {
    const cat = this.cats.get(id)
    if (!cat) throw new NotFoundException()
    return cat
  }
  @Post()
  @ApiCreatedResponse({ type: Cat })
  create(@Body() body: CreateCatDto): Cat {
    const cat = { ...body, id: ++this.last }
    this.cats.set(cat.id, cat)
    return cat
  }
  @Get()
  @ApiOkResponse({ type: [Cat] })
  findAll(@Query() query: ListCats): Cat[] {
    return [...this.cats.values()].filter(({ breed }) => !query.breed || breed === query.breed).slice(0, query.limit ?? 20)
  }
  @Get(':id')
  @ApiOkResponse({ type: Cat })
  @ApiNotFoundResponse({ type: Failure })
  findOne(@Param('id', ParseIntPipe) id: number): Cat {
    return this.find(id)
  }
  @Patch(':id')
  @ApiOkResponse({ type: Cat })
  @ApiNotFoundResponse({ type: Failure })
  update(@Param('id', ParseIntPipe) id: number, @Body() body: UpdateCatDto): Cat {
    return Object.assign(this.find(id), body)
  }
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ type: Failure })
  remove(@Param('id', ParseIntPipe) id: number): void {
    this.find(id)
    this.cats.delete(id)
  }
}

@Module({ controllers: [CatsController] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error'] })
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }))
const config = new DocumentBuilder().setTitle('Cats example').setVersion('1.0').addTag('cats').build()
SwaggerModule.setup('api', app, () => SwaggerModule.createDocument(app, config))
await app.listen(Number(process.argv[2]), '127.0.0.1')
